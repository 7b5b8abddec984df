// The inflater alone. Compared with zlib: both take the same deflate data, and make the same bytes
// of it. The bytes end where the page does, so that a read or write too far is a crash also in code
// that the sanitizers cannot see (ISA-L is assembler).

#include "gzip/deflate.hpp"
#include "gzip/member.hpp"

#include "fuzz/target.hpp"
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cstring>
#include <new>
#include <optional>

namespace pgkeep {
namespace {

constexpr std::size_t kMostText = 1 << 16;

// `size` bytes in front of a page that cannot be touched.
class GuardedBytes {
public:
    explicit GuardedBytes(std::size_t size) : size_(size) {
        auto const page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        whole_ = (size + page - 1) / page * page + page;
        void *const begin =
            ::mmap(nullptr, whole_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (begin == MAP_FAILED) {
            throw std::bad_alloc{};
        }
        begin_ = static_cast<std::uint8_t *>(begin);
        ::mprotect(begin_ + whole_ - page, page, PROT_NONE);
        bytes_ = begin_ + whole_ - page - size;
    }
    ~GuardedBytes() { ::munmap(begin_, whole_); }
    GuardedBytes(GuardedBytes const &) = delete;
    GuardedBytes &operator=(GuardedBytes const &) = delete;
    [[nodiscard]] std::span<std::uint8_t> span() const { return {bytes_, size_}; }

private:
    std::size_t size_;
    std::size_t whole_ = 0;
    std::uint8_t *begin_ = nullptr;
    std::uint8_t *bytes_ = nullptr;
};

// What zlib makes of `data`, when that is all of it and at most kMostText bytes.
std::optional<Bytes> zlib_inflate(ByteView data) {
    Bytes text(kMostText);
    z_stream zlib{};
    zlib.next_in = const_cast<Bytef *>(data.data());
    zlib.avail_in = static_cast<uInt>(data.size());
    zlib.next_out = text.data();
    zlib.avail_out = static_cast<uInt>(text.size());
    inflateInit2(&zlib, -MAX_WBITS);
    int const code = ::inflate(&zlib, Z_FINISH);
    text.resize(zlib.total_out);
    bool const whole = code == Z_STREAM_END && zlib.avail_in == 0;
    inflateEnd(&zlib);
    return whole ? std::optional{text} : std::nullopt;
}

bool inflates(ByteView data, std::span<std::uint8_t> into) {
    static Inflater inflater; // used again, as a worker does
    return fuzz::accepts([&] { inflater.inflate(data, into); });
}

void try_size(ByteView data, std::size_t size, std::optional<Bytes> const &expected) {
    GuardedBytes const into{size};
    bool const taken = inflates(data, into.span());
    bool const right = expected && expected->size() == size;
    // zlib refuses a distance beyond the window and codes that no encoder makes; what it takes must
    // be taken, and with the same bytes.
    fuzz::require(!right || taken, "what zlib inflates can be inflated");
    fuzz::require(!taken || !expected || right, "no other size than zlib's is taken");
    fuzz::require(!right || std::ranges::equal(into.span(), *expected), "the same as zlib's");
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    std::size_t const claimed = input.number(2);
    GuardedBytes const deflated{input.rest().size()};
    std::ranges::copy(as_bytes(input.rest()), deflated.span().begin());
    auto const expected = zlib_inflate(deflated.span());
    try_size(deflated.span(), claimed, expected);
    if (expected) {
        try_size(deflated.span(), expected->size(), expected);
        try_size(deflated.span(), expected->size() + 1, expected);
        if (!expected->empty()) {
            try_size(deflated.span(), expected->size() - 1, expected);
        }
    }
    Bytes const again = deflate_raw(as_bytes(input.rest()));
    fuzz::require(
        std::ranges::equal(inflate_raw(again, input.rest().size()), as_bytes(input.rest())),
        "deflated bytes come back");
    return 0;
}
