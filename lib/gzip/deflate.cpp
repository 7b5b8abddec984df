#include "gzip/deflate.hpp"

#include "base/error.hpp"

#include <fmt/format.h>
#include <libdeflate.h>
#ifdef PGKEEP_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include <array>
#include <new>

namespace pgkeep {

namespace {

// A step weaker than level 6 takes a quarter less time. It loses 2 % on JSON, which would then be
// larger than what gzip -6 makes, and about 1 % or nothing on most rows, which stay well below it.
// So one text in so many is deflated both ways, and the weaker will do until the next where it lost
// little.
constexpr int kWeakerLevel = 5;
constexpr unsigned kProbeEvery = 16;
constexpr std::size_t kWorthProbing = 64 << 10; // below, there is nothing to win
constexpr std::size_t kLittlePerMille = 15;

// libdeflate's levels for ours. Measured against gzip at the same number, on rows of numbers, texts
// and times, JSON, logs, HTML and hexadecimal bytea: libdeflate N is smaller up to 7 at a third of
// the time. For 6, libdeflate's 5 will do for some texts only (see above), and its 7 takes a
// third longer for less than 1 %. Above 7 gzip gains a little more than libdeflate does, so the
// last two take stronger levels; 10 is 4 % smaller than gzip -9.
constexpr std::array kLibdeflateLevel{0, 1, 2, 3, 4, 5, 6, 7, 9, 10};

// Text that shrinks this much consists of long matches. libdeflate's 6 is content with a match of
// 65 bytes where gzip -6 looks for 128, and can so be larger by a few percent; its 7 is then
// smaller by a quarter, and such text is deflated at some hundred MB/s at any level.
constexpr int kStandardLevel = 6;
constexpr int kLongMatchLevel = 7;
constexpr std::size_t kLongMatchRatio = 12;

struct FreeCompressor {
    void operator()(libdeflate_compressor *compressor) const noexcept {
        libdeflate_free_compressor(compressor);
    }
};
using Compressor = std::unique_ptr<libdeflate_compressor, FreeCompressor>;

Compressor make_compressor(int libdeflate_level) {
    Compressor compressor{libdeflate_alloc_compressor(libdeflate_level)};
    if (!compressor) {
        throw std::bad_alloc{};
    }
    return compressor;
}

std::size_t run(Compressor const &compressor, ByteView text, Bytes &out) {
    out.resize(
        std::max(out.size(), libdeflate_deflate_compress_bound(compressor.get(), text.size())));
    std::size_t const size = libdeflate_deflate_compress(compressor.get(), text.data(), text.size(),
                                                         out.data(), out.size());
    if (size == 0) {
        throw Error{ErrorKind::failed, fmt::format("cannot deflate {} bytes", text.size())};
    }
    return size;
}

#ifdef PGKEEP_HAVE_ISAL

// 2.3 times as fast as libdeflate's level 1, five times as fast as gzip -1, and between the two in
// size.
class FastDeflater {
public:
    std::size_t run(ByteView text, Bytes &out) {
        // Stored blocks are its worst case: 5 bytes for each 65,535.
        out.resize(std::max(out.size(), text.size() + text.size() / 4096 + 1024));
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
            throw Error{ErrorKind::failed, fmt::format("cannot deflate {} bytes", text.size())};
        }
        return stream_.total_out;
    }

private:
    isal_zstream stream_{};
    Bytes work_ = Bytes(ISAL_DEF_LVL1_DEFAULT);
};

#endif

} // namespace

struct Deflater::State {
    explicit State(int wanted) : level(wanted) {
#ifdef PGKEEP_HAVE_ISAL
        if (level == 1) {
            fast = std::make_unique<FastDeflater>();
            return;
        }
#endif
        compressor = make_compressor(kLibdeflateLevel.at(static_cast<std::size_t>(level)));
    }

    ByteView run_fast(ByteView text) {
#ifdef PGKEEP_HAVE_ISAL
        std::size_t const size = fast->run(text, out);
        return ByteView{out}.first(size);
#else
        return run_standard(text);
#endif
    }

    ByteView run_standard(ByteView text) {
        ByteView const deflated = run_chosen(text);
        if (level != kStandardLevel || deflated.size() * kLongMatchRatio > text.size()) {
            return deflated;
        }
        if (!long_match_compressor) {
            long_match_compressor = make_compressor(kLongMatchLevel);
        }
        std::size_t const again = run(long_match_compressor, text, long_match_out);
        return again < deflated.size() ? ByteView{long_match_out}.first(again) : deflated;
    }

    // At level 6 with the weaker level where it will do.
    ByteView run_chosen(ByteView text) {
        if (level != kStandardLevel || text.size() < kWorthProbing) {
            return run_into_out(compressor, text);
        }
        if (since_probe++ % kProbeEvery == 0) {
            return probe(text);
        }
        Compressor const &chosen = weaker_will_do ? weaker_compressor : compressor;
        return run_into_out(chosen, text);
    }

    ByteView run_into_out(Compressor const &chosen, ByteView text) {
        std::size_t const size = run(chosen, text, out); // may move `out`
        return ByteView{out}.first(size);
    }

    ByteView probe(ByteView text) {
        if (!weaker_compressor) {
            weaker_compressor = make_compressor(kWeakerLevel);
        }
        std::size_t const weaker = run(weaker_compressor, text, out);
        std::size_t const size = run(compressor, text, out);
        weaker_will_do = (weaker - std::min(weaker, size)) * 1000 <= weaker * kLittlePerMille;
        return ByteView{out}.first(size);
    }

    int level;
    Compressor compressor;
    Compressor weaker_compressor; // these two are made when they are first of use
    Compressor long_match_compressor;
    unsigned since_probe = 0;
    bool weaker_will_do = false;
#ifdef PGKEEP_HAVE_ISAL
    std::unique_ptr<FastDeflater> fast;
#endif
    Bytes out;
    Bytes long_match_out;
};

Deflater::Deflater(int level) {
    if (level < 0 || level >= static_cast<int>(kLibdeflateLevel.size())) {
        throw Error{ErrorKind::usage, fmt::format("there is no compression level {}", level),
                    "Levels are 0 (stored) to 9 (smallest)."};
    }
    state_ = std::make_unique<State>(level);
}

Deflater::~Deflater() = default;
Deflater::Deflater(Deflater &&) noexcept = default;
Deflater &Deflater::operator=(Deflater &&) noexcept = default;

void Deflater::expect_other_text() noexcept {
    state_->since_probe = 0;
}

ByteView Deflater::deflate(ByteView text) {
    return state_->level == 1 ? state_->run_fast(text) : state_->run_standard(text);
}

void Inflater::Free::operator()(libdeflate_decompressor *decompressor) const noexcept {
    libdeflate_free_decompressor(decompressor);
}

Inflater::Inflater() : decompressor_(libdeflate_alloc_decompressor()) {
    if (!decompressor_) {
        throw std::bad_alloc{};
    }
}

Inflater::~Inflater() = default;
Inflater::Inflater(Inflater &&) noexcept = default;
Inflater &Inflater::operator=(Inflater &&) noexcept = default;

void Inflater::inflate(ByteView data, std::span<std::uint8_t> into) {
    std::size_t used = 0;
    std::size_t made = 0;
    libdeflate_result const result = libdeflate_deflate_decompress_ex(
        decompressor_.get(), data.data(), data.size(), into.data(), into.size(), &used, &made);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
        throw Error{ErrorKind::damaged,
                    fmt::format("the deflate data has more than {} bytes of text", into.size())};
    }
    if (result != LIBDEFLATE_SUCCESS) {
        throw Error{ErrorKind::damaged, "the deflate data cannot be inflated"};
    }
    if (made != into.size()) {
        throw Error{
            ErrorKind::damaged,
            fmt::format("the deflate data has {} bytes of text, should be {}", made, into.size())};
    }
    if (used != data.size()) {
        throw Error{ErrorKind::damaged,
                    fmt::format("{} bytes are left behind the deflate data", data.size() - used)};
    }
}

} // namespace pgkeep
