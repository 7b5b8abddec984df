#include "gzip/member.hpp"

#include "base/error.hpp"
#include "gzip/deflate.hpp"

#include <fmt/format.h>
#ifdef PGKEEP_HAVE_ISAL
#include <isa-l/crc.h>
#else
#include <libdeflate.h>
#endif

#include <algorithm>
#include <utility>

namespace pgkeep {

namespace {

// Attachments are a small part of an archive: what they take matters more than their time.
constexpr int kAttachmentLevel = 6;

void put_bytes(ByteView bytes, Bytes &out) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

[[noreturn]] void damaged(std::string const &message) {
    throw Error{ErrorKind::damaged, message};
}

void put_header(MemberInfo const &info, Bytes &out) {
    put_prefix(format::kTextFieldSize, out);
    out.push_back(static_cast<std::uint8_t>(format::MemberKind::text));
    out.push_back(
        static_cast<std::uint8_t>(static_cast<unsigned>(info.block) << format::kBlockKindShift |
                                  (info.first_of_block ? format::kFirstOfBlock : 0U) |
                                  (info.last_of_block ? format::kLastOfBlock : 0U)));
    put_u16(out, 0);
    put_u32(out, info.member_size);
    put_u32(out, info.text_size);
    put_u32(out, info.table);
    put_u32(out, info.data_crc32);
}

void read_flags(std::uint8_t flags, MemberInfo &info) {
    unsigned const kind = flags >> format::kBlockKindShift;
    unsigned const known =
        kind << format::kBlockKindShift | format::kFirstOfBlock | format::kLastOfBlock;
    if (kind > static_cast<unsigned>(format::BlockKind::other) || (flags & ~known) != 0) {
        damaged(fmt::format("the member's flags are {:#04x}, which has no meaning", flags));
    }
    info.block = static_cast<format::BlockKind>(kind);
    info.first_of_block = (flags & format::kFirstOfBlock) != 0;
    info.last_of_block = (flags & format::kLastOfBlock) != 0;
}

void check_bounds(MemberInfo const &info) {
    if (info.member_size < format::kMinMemberSize || info.member_size > format::kMaxMemberSize) {
        damaged(fmt::format("the member says that it has {} bytes", info.member_size));
    }
    if (info.text_size > format::kMaxMemberText) {
        damaged(fmt::format("the member says that it has {} bytes of text", info.text_size));
    }
    if ((info.table != 0) != (info.block == format::BlockKind::copy)) {
        damaged(fmt::format("the member says that it belongs to table {}", info.table));
    }
}

void check_crc(std::uint32_t found, std::uint32_t expected, char const *what) {
    if (found != expected) {
        damaged(
            fmt::format("the CRC-32 of the {} is {:08x}, should be {:08x}", what, found, expected));
    }
}

} // namespace

void put_prefix(std::size_t field_size, Bytes &out) {
    put_bytes(format::kGzipHeader, out);
    put_u16(out, static_cast<std::uint16_t>(field_size + 4));
    put_bytes(format::kSubfieldId, out);
    put_u16(out, static_cast<std::uint16_t>(field_size));
}

std::size_t parse_prefix(ByteView prefix) {
    FieldReader fields{prefix, "the member"};
    if (!std::ranges::equal(fields.raw(format::kGzipHeader.size()), format::kGzipHeader)) {
        damaged("the gzip header of the member is not what was written");
    }
    std::size_t const extra = fields.u16();
    if (!std::ranges::equal(fields.raw(format::kSubfieldId.size()), format::kSubfieldId)) {
        damaged("the member's subfield is not pgkeep's");
    }
    std::size_t const field_size = fields.u16();
    if (extra != field_size + 4) {
        damaged(fmt::format("the member's extra field has {} bytes and its subfield {}", extra,
                            field_size));
    }
    return field_size;
}

void put_empty_text(Bytes &out) {
    put_bytes(format::kEmptyDeflate, out);
    out.resize(out.size() + format::kTrailerSize);
}

void expect_empty_text(ByteView end) {
    Bytes expected;
    put_empty_text(expected);
    if (!std::ranges::equal(end, expected)) {
        damaged("the member's empty text is not what was written");
    }
}

std::optional<format::MemberKind> member_kind(ByteView prefix) noexcept {
    if (prefix.size() <= format::kPrefixSize ||
        !std::ranges::equal(prefix.first(format::kGzipHeader.size()), format::kGzipHeader) ||
        !std::ranges::equal(prefix.subspan(format::kGzipHeader.size() + 2, 2),
                            format::kSubfieldId)) {
        return std::nullopt;
    }
    auto const kind = static_cast<format::MemberKind>(prefix[format::kPrefixSize]);
    switch (kind) {
    case format::MemberKind::text:
    case format::MemberKind::index:
    case format::MemberKind::schema:
    case format::MemberKind::footer:
        return kind;
    }
    return std::nullopt;
}

struct MemberCompressor::State {
    Deflater deflater;
    std::uint32_t table = 0; // of the last member
};

MemberCompressor::MemberCompressor(int level)
    : state_(std::make_unique<State>(State{Deflater{level}, 0})) {
}

MemberCompressor::~MemberCompressor() = default;
MemberCompressor::MemberCompressor(MemberCompressor &&) noexcept = default;
MemberCompressor &MemberCompressor::operator=(MemberCompressor &&) noexcept = default;

void MemberCompressor::compress(std::string_view text, MemberInfo const &info, Bytes &out) {
    if (text.size() > format::kMaxMemberText) {
        throw Error{ErrorKind::failed,
                    fmt::format("{} bytes of text do not fit in a member", text.size())};
    }
    if (std::exchange(state_->table, info.table) != info.table) {
        state_->deflater.expect_other_text();
    }
    ByteView const data = state_->deflater.deflate(as_bytes(text));
    MemberInfo whole = info;
    whole.member_size =
        static_cast<std::uint32_t>(format::kTextHeaderSize + data.size() + format::kTrailerSize);
    whole.text_size = static_cast<std::uint32_t>(text.size());
    whole.data_crc32 = crc32_of(data);
    out.reserve(out.size() + whole.member_size);
    put_header(whole, out);
    put_bytes(data, out);
    put_u32(out, crc32_of(as_bytes(text)));
    put_u32(out, whole.text_size);
}

MemberInfo parse_member_header(ByteView prefix) {
    std::size_t const field_size = parse_prefix(prefix);
    FieldReader fields{prefix.subspan(format::kPrefixSize), "the member"};
    if (fields.u8() != static_cast<std::uint8_t>(format::MemberKind::text)) {
        damaged("the member is not one with text");
    }
    if (field_size != format::kTextFieldSize) {
        damaged(fmt::format("the member's subfield has {} bytes, should be {}", field_size,
                            format::kTextFieldSize));
    }
    MemberInfo info;
    read_flags(fields.u8(), info);
    if (fields.u16() != 0) {
        damaged("bytes of the member's subfield that should be zero are not");
    }
    info.member_size = fields.u32();
    info.text_size = fields.u32();
    info.table = fields.u32();
    info.data_crc32 = fields.u32();
    check_bounds(info);
    return info;
}

struct MemberInflater::State {
    Inflater inflater;
    Bytes text = Bytes(format::kMaxMemberText);
};

MemberInflater::MemberInflater() : state_(std::make_unique<State>()) {
}

MemberInflater::~MemberInflater() = default;
MemberInflater::MemberInflater(MemberInflater &&) noexcept = default;
MemberInflater &MemberInflater::operator=(MemberInflater &&) noexcept = default;

std::string_view MemberInflater::inflate(ByteView member) {
    MemberInfo const info = parse_member_header(member);
    if (info.member_size != member.size()) {
        damaged(fmt::format("the member says that it has {} bytes, not {}", info.member_size,
                            member.size()));
    }
    ByteView const data = member.subspan(
        format::kTextHeaderSize, member.size() - format::kTextHeaderSize - format::kTrailerSize);
    check_crc(crc32_of(data), info.data_crc32, "deflate data");
    std::span<std::uint8_t> const text = std::span{state_->text}.first(info.text_size);
    state_->inflater.inflate(data, text);
    FieldReader trailer{member.last(format::kTrailerSize), "the member"};
    check_crc(crc32_of(text), trailer.u32(), "text");
    if (std::uint32_t const size = trailer.u32(); size != info.text_size) {
        damaged(fmt::format("the member ends with a text size of {}, should be {}", size,
                            info.text_size));
    }
    return as_text(text);
}

Bytes deflate_raw(ByteView data) {
    Deflater deflater{kAttachmentLevel};
    ByteView const deflated = deflater.deflate(data);
    return {deflated.begin(), deflated.end()};
}

Bytes inflate_raw(ByteView data, std::size_t size) {
    if (size / format::kMaxDeflateRatio > data.size()) {
        damaged(fmt::format("{} bytes of deflate data cannot have {} bytes of content", data.size(),
                            size));
    }
    Bytes content(size);
    Inflater{}.inflate(data, content);
    return content;
}

std::uint32_t crc32_of(ByteView data) {
#ifdef PGKEEP_HAVE_ISAL
    return crc32_gzip_refl(0, data.data(), data.size()); // twice as fast as libdeflate's
#else
    return libdeflate_crc32(0, data.data(), data.size());
#endif
}

} // namespace pgkeep
