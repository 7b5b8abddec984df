#include "gzip/attachment.hpp"

#include "base/error.hpp"
#include "gzip/member.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgkeep {

namespace {

constexpr std::size_t kFrameSize = format::kPrefixSize + format::kPieceFieldSize +
                                   format::kEmptyDeflate.size() + format::kTrailerSize;

void write_piece(format::MemberKind kind, std::uint32_t number, ByteView bytes, Bytes &out) {
    put_prefix(format::kPieceFieldSize + bytes.size(), out);
    out.push_back(static_cast<std::uint8_t>(kind));
    out.resize(out.size() + 3);
    put_u32(out, static_cast<std::uint32_t>(kFrameSize + bytes.size()));
    put_u32(out, number);
    put_u32(out, crc32_of(bytes));
    out.insert(out.end(), bytes.begin(), bytes.end());
    put_empty_text(out);
}

void check_field(format::MemberKind kind, std::uint32_t number, FieldReader &fields,
                 std::size_t member_size) {
    if (fields.u8() != static_cast<std::uint8_t>(kind)) {
        throw Error{ErrorKind::damaged, "the member is of another kind"};
    }
    if (!std::ranges::all_of(fields.raw(3), [](std::uint8_t byte) { return byte == 0; })) {
        throw Error{ErrorKind::damaged,
                    "bytes of the member's subfield that should be zero are not"};
    }
    if (std::uint32_t const size = fields.u32(); size != member_size) {
        throw Error{ErrorKind::damaged,
                    fmt::format("the member says that it has {} bytes, not {}", size, member_size)};
    }
    if (std::uint32_t const found = fields.u32(); found != number) {
        throw Error{ErrorKind::damaged,
                    fmt::format("it is numbered {}, should be {}", found, number)};
    }
}

// The size of the piece's bytes; appends them to `content`.
std::size_t read_piece(format::MemberKind kind, std::uint32_t number, ByteView region,
                       Bytes &content) {
    FieldReader reader{region, "the region"};
    std::size_t const field_size = parse_prefix(reader.raw(format::kPrefixSize));
    if (field_size <= format::kPieceFieldSize ||
        field_size > format::kPieceFieldSize + format::kMaxPieceBytes) {
        throw Error{ErrorKind::damaged, fmt::format("its subfield has {} bytes", field_size)};
    }
    std::size_t const size = field_size - format::kPieceFieldSize;
    FieldReader fields{reader.raw(format::kPieceFieldSize), "the subfield"};
    check_field(kind, number, fields, kFrameSize + size);
    ByteView const bytes = reader.raw(size);
    std::uint32_t const expected = fields.u32();
    if (std::uint32_t const crc = crc32_of(bytes); crc != expected) {
        throw Error{
            ErrorKind::damaged,
            fmt::format("the CRC-32 of its bytes is {:08x}, should be {:08x}", crc, expected)};
    }
    expect_empty_text(reader.raw(format::kEmptyDeflate.size() + format::kTrailerSize));
    content.insert(content.end(), bytes.begin(), bytes.end());
    return size;
}

} // namespace

void write_pieces(format::MemberKind kind, ByteView content, Bytes &out) {
    for (std::uint32_t number = 0; !content.empty(); ++number) {
        std::size_t const size = std::min(content.size(), format::kMaxPieceBytes);
        write_piece(kind, number, content.first(size), out);
        content = content.subspan(size);
    }
}

Bytes read_pieces(format::MemberKind kind, ByteView region) {
    Bytes content;
    std::size_t position = 0;
    for (std::uint32_t number = 0; position < region.size(); ++number) {
        try {
            position += kFrameSize + read_piece(kind, number, region.subspan(position), content);
        } catch (Error const &error) {
            throw error.within(fmt::format("piece {} ({} bytes further on)", number, position));
        }
    }
    return content;
}

} // namespace pgkeep
