// The frame of a tar file: it ends or is refused, and no size leads backwards.

#include "restore/tar_frame.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

class CountingSource : public MemorySource {
public:
    using MemorySource::MemorySource;
    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
        fuzz::require(offset <= size() && into.size() <= size() - offset,
                      "nothing outside the file is read");
        fuzz::require(reads_ == 0 || offset > last_, "headers follow each other");
        last_ = offset;
        ++reads_;
        MemorySource::read_at(offset, into);
    }

private:
    mutable std::uint64_t last_ = 0;
    mutable std::uint64_t reads_ = 0;
};

// With the sum of each header made right where the fuzzer put one.
void mend_sums(Bytes &bytes) {
    constexpr std::size_t kBlock = 512;
    constexpr std::ptrdiff_t kSumAt = 148;
    for (std::size_t at = 0; at + kBlock <= bytes.size(); at += kBlock) {
        auto const begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        if (*begin == 0) {
            continue;
        }
        std::fill_n(begin + kSumAt, 8, static_cast<std::uint8_t>(' '));
        unsigned sum = 0;
        std::for_each(begin, begin + kBlock, [&](std::uint8_t byte) { sum += byte; });
        for (std::ptrdiff_t digit = 5; digit >= 0; --digit, sum /= 8) {
            *(begin + kSumAt + digit) = static_cast<std::uint8_t>('0' + sum % 8);
        }
        *(begin + kSumAt + 6) = 0;
    }
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    Bytes bytes{data, data + size};
    fuzz::accepts([&] { require_whole_tar(CountingSource{bytes}); });
    mend_sums(bytes);
    fuzz::accepts([&] { require_whole_tar(CountingSource{bytes, "a\x1b[31m"}); });
    return 0;
}
