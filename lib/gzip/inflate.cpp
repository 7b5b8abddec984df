#include "base/error.hpp"
#include "gzip/deflate.hpp"

#include <fmt/format.h>
#ifdef PGKEEP_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <libdeflate.h>
#endif

#include <new>

namespace pgkeep {

namespace {

struct Inflated {
    enum class End { complete, no_room, broken } end = End::broken;
    std::size_t used = 0;
    std::size_t made = 0;
};

} // namespace

#ifdef PGKEEP_HAVE_ISAL

struct Inflater::State {
    inflate_state isal{};

    Inflated run(ByteView data, std::span<std::uint8_t> into) {
        isal_inflate_init(&isal);
        isal.next_in = const_cast<std::uint8_t *>(data.data()); // not written to
        isal.avail_in = static_cast<std::uint32_t>(data.size());
        isal.next_out = into.data();
        isal.avail_out = static_cast<std::uint32_t>(into.size());
        int const code = isal_inflate_stateless(&isal);
        Inflated result{.used = data.size() - isal.avail_in, .made = isal.total_out};
        if (code == ISAL_OUT_OVERFLOW) {
            result.end = Inflated::End::no_room;
        } else if (code == ISAL_DECOMP_OK && isal.block_state == ISAL_BLOCK_FINISH) {
            result.end = Inflated::End::complete;
        }
        return result;
    }
};

#else

struct Inflater::State {
    struct Free {
        void operator()(libdeflate_decompressor *decompressor) const noexcept {
            libdeflate_free_decompressor(decompressor);
        }
    };
    std::unique_ptr<libdeflate_decompressor, Free> libdeflate{libdeflate_alloc_decompressor()};

    Inflated run(ByteView data, std::span<std::uint8_t> into) {
        if (!libdeflate) {
            throw std::bad_alloc{};
        }
        Inflated result;
        auto const code =
            libdeflate_deflate_decompress_ex(libdeflate.get(), data.data(), data.size(),
                                             into.data(), into.size(), &result.used, &result.made);
        if (code == LIBDEFLATE_INSUFFICIENT_SPACE) {
            result.end = Inflated::End::no_room;
        } else if (code == LIBDEFLATE_SUCCESS) {
            result.end = Inflated::End::complete;
        }
        return result;
    }
};

#endif

Inflater::Inflater() : state_(std::make_unique<State>()) {
}

Inflater::~Inflater() = default;
Inflater::Inflater(Inflater &&) noexcept = default;
Inflater &Inflater::operator=(Inflater &&) noexcept = default;

void Inflater::inflate(ByteView data, std::span<std::uint8_t> into) {
    Inflated const result = state_->run(data, into);
    if (result.end == Inflated::End::no_room) {
        throw Error{ErrorKind::damaged,
                    fmt::format("the deflate data has more than {} bytes of text", into.size())};
    }
    if (result.end == Inflated::End::broken) {
        throw Error{ErrorKind::damaged, "the deflate data cannot be inflated"};
    }
    if (result.made != into.size()) {
        throw Error{ErrorKind::damaged, fmt::format("the deflate data has {} bytes of text, "
                                                    "should be {}",
                                                    result.made, into.size())};
    }
    if (result.used != data.size()) {
        throw Error{ErrorKind::damaged, fmt::format("{} bytes are left behind the deflate data",
                                                    data.size() - result.used)};
    }
}

} // namespace pgkeep
