#include "gzip/encoder.hpp"

#include "base/error.hpp"

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>
#ifdef PGKEEP_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include <algorithm>
#include <new>

namespace pgkeep {

namespace {

constexpr int kRawDeflate = -15; // no header, 32 KiB window
constexpr int kGzipMemoryLevel = 8;

[[noreturn]] void fail(ByteView text) {
    throw Error{ErrorKind::failed, fmt::format("cannot deflate {} bytes", text.size())};
}

void need(Bytes &out, std::size_t size) {
    out.resize(std::max(out.size(), size));
}

class LibdeflateEncoder : public Encoder {
public:
    explicit LibdeflateEncoder(int level) : compressor_(libdeflate_alloc_compressor(level)) {
        if (!compressor_) {
            throw std::bad_alloc{};
        }
    }

    std::size_t encode(ByteView text, Bytes &out) override {
        need(out, libdeflate_deflate_compress_bound(compressor_.get(), text.size()));
        std::size_t const size = libdeflate_deflate_compress(compressor_.get(), text.data(),
                                                             text.size(), out.data(), out.size());
        if (size == 0) {
            fail(text);
        }
        return size;
    }

private:
    struct FreeCompressor {
        void operator()(libdeflate_compressor *compressor) const noexcept {
            libdeflate_free_compressor(compressor);
        }
    };
    std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor_;
};

#ifdef PGKEEP_HAVE_ISAL

class IsalEncoder : public Encoder {
public:
    std::size_t encode(ByteView text, Bytes &out) override {
        // Stored blocks are its worst case: 5 bytes for each 65,535.
        need(out, text.size() + text.size() / 4096 + 1024);
        isal_deflate_stateless_init(&stream_);
        stream_.level = 1;
        stream_.level_buf = work_.data();
        stream_.level_buf_size = static_cast<std::uint32_t>(work_.size());
        stream_.end_of_stream = 1;
        stream_.next_in = const_cast<std::uint8_t *>(text.data()); // not written to
        stream_.avail_in = static_cast<std::uint32_t>(text.size());
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<std::uint32_t>(out.size());
        if (isal_deflate_stateless(&stream_) != COMP_OK) {
            fail(text);
        }
        return stream_.total_out;
    }

private:
    isal_zstream stream_{};
    Bytes work_ = Bytes(ISAL_DEF_LVL1_DEFAULT);
};

#endif

} // namespace

std::unique_ptr<Encoder> libdeflate_encoder(int level) {
    return std::make_unique<LibdeflateEncoder>(level);
}

std::unique_ptr<Encoder> fastest_encoder() {
#ifdef PGKEEP_HAVE_ISAL
    return std::make_unique<IsalEncoder>();
#else
    constexpr int kFastest = 1;
    return libdeflate_encoder(kFastest);
#endif
}

struct GzipYardstick::Stream {
    z_stream zlib{};
};

void GzipYardstick::Free::operator()(Stream *stream) const noexcept {
    deflateEnd(&stream->zlib);
    delete stream;
}

GzipYardstick::GzipYardstick() : stream_(new Stream) {
    if (deflateInit2(&stream_->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate,
                     kGzipMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc{};
    }
}

std::size_t GzipYardstick::size_of(ByteView text) {
    z_stream &zlib = stream_->zlib;
    deflateReset(&zlib);
    need(out_, deflateBound(&zlib, text.size()));
    zlib.next_in = const_cast<std::uint8_t *>(text.data()); // not written to
    zlib.avail_in = static_cast<uInt>(text.size());
    zlib.next_out = out_.data();
    zlib.avail_out = static_cast<uInt>(out_.size());
    if (deflate(&zlib, Z_FINISH) != Z_STREAM_END) {
        fail(text);
    }
    return zlib.total_out;
}

} // namespace pgkeep
