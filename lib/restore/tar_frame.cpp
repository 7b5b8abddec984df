#include "restore/tar_frame.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace pgkeep {

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kSizeAt = 124;
constexpr std::size_t kSizeLength = 12;
constexpr std::size_t kSumAt = 148;
constexpr std::size_t kSumLength = 8;
constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 60;

using Block = std::array<std::uint8_t, kBlock>;

// Octal digits between blanks, or, for what does not fit in them, a big-endian number behind 0x80.
std::optional<std::uint64_t> number(std::span<std::uint8_t const> field) {
    bool const binary = (field[0] & 0x80U) != 0;
    std::uint64_t value = binary ? field[0] & 0x7fU : 0;
    for (std::uint8_t const byte : binary ? field.subspan(1) : field) {
        if (binary) {
            value = value << 8U | byte;
        } else if (byte >= '0' && byte <= '7') {
            value = value << 3U | static_cast<std::uint64_t>(byte - '0');
        } else if (byte != ' ' && byte != 0) {
            return std::nullopt;
        }
        if (value > kMaxSize) {
            return std::nullopt;
        }
    }
    return value;
}

// The sum of all bytes, with blanks in the place of the sum.
std::uint64_t sum_of(Block const &header) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
        bool const in_sum = i >= kSumAt && i < kSumAt + kSumLength;
        sum += in_sum ? ' ' : header[i];
    }
    return sum;
}

bool is_end_mark(Block const &header) {
    return std::all_of(header.begin(), header.end(), [](std::uint8_t byte) { return byte == 0; });
}

[[noreturn]] void damaged(ByteSource const &source, std::uint64_t offset, char const *what) {
    throw Error{
        ErrorKind::damaged,
        fmt::format("{} is damaged at offset {}: {}", printable(source.name()), offset, what),
        "The file was cut or changed; restore another one."};
}

} // namespace

void require_whole_tar(ByteSource const &source) {
    for (std::uint64_t offset = 0;;) {
        if (offset > source.size() || source.size() - offset < kBlock) {
            damaged(source, source.size(), "the tar archive ends early");
        }
        Block header{};
        source.read_at(offset, header);
        if (is_end_mark(header)) {
            return;
        }
        std::span const bytes{header};
        auto const size = number(bytes.subspan(kSizeAt, kSizeLength));
        if (!size || number(bytes.subspan(kSumAt, kSumLength)) != sum_of(header)) {
            damaged(source, offset, "there is no header of the tar archive");
        }
        offset += kBlock + (*size + kBlock - 1) / kBlock * kBlock;
    }
}

} // namespace pgkeep
