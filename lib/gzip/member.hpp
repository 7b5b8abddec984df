// Text members: made from at most 1 MiB of text each, and read back with every byte checked.
//
// A compressor and an inflater own their working memory and are meant to be kept and used again:
// one for each thread, not shared.

#pragma once

#include "base/bytes.hpp"
#include "gzip/format.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

struct MemberInfo {
    format::BlockKind block = format::BlockKind::other;
    bool first_of_block = false;
    bool last_of_block = false;
    std::uint32_t table = 0;       // manifest number for copy blocks, else 0
    std::uint32_t member_size = 0; // whole member, filled in by the compressor
    std::uint32_t text_size = 0;   // likewise
    std::uint32_t data_crc32 = 0;  // of the deflate data, likewise
    bool operator==(MemberInfo const &) const = default;
};

class MemberCompressor {
public:
    // 0 (stored) to 9 as of gzip, and never much larger than gzip's at the same number; 1 uses
    // ISA-L when it was built in. Throws Error{usage} for another level.
    explicit MemberCompressor(int level);
    ~MemberCompressor();
    MemberCompressor(MemberCompressor &&) noexcept;
    MemberCompressor &operator=(MemberCompressor &&) noexcept;

    // Appends one member with `text` (at most kMaxMemberText) to `out`. The sizes of `info` are not
    // read.
    void compress(std::string_view text, MemberInfo const &info, Bytes &out);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The gzip header and the subfield's frame of any member of an archive: the first kPrefixSize
// bytes, for a subfield of `field_size` bytes. Shared by all kinds of member.
void put_prefix(std::size_t field_size, Bytes &out);
// Throws Error{damaged} for a wrong constant byte. Returns LEN.
[[nodiscard]] std::size_t parse_prefix(ByteView prefix);
// An empty text with its trailer: the end of every member that is no text member.
void put_empty_text(Bytes &out);
// Throws Error{damaged} when `end` is anything else.
void expect_empty_text(ByteView end);

// What kind of member begins with `prefix` (at least kPrefixSize + 1 bytes); no value when it is
// none of ours.
[[nodiscard]] std::optional<format::MemberKind> member_kind(ByteView prefix) noexcept;

// The header of the text member that begins with `prefix` (at least kTextHeaderSize bytes), with
// every constant byte compared and every size bounded. Throws Error{damaged} that says what is
// wrong, without the place: the caller knows it.
[[nodiscard]] MemberInfo parse_member_header(ByteView prefix);

class MemberInflater {
public:
    MemberInflater();
    ~MemberInflater();
    MemberInflater(MemberInflater &&) noexcept;
    MemberInflater &operator=(MemberInflater &&) noexcept;

    // The text of one whole member, valid until the next call. Throws Error{damaged}: header,
    // deflate data, CRC, size, or bytes left over.
    std::string_view inflate(ByteView member);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Raw deflate of attachments, bounded: inflating to anything but exactly `size` bytes throws
// Error{damaged}.
[[nodiscard]] Bytes deflate_raw(ByteView data);
[[nodiscard]] Bytes inflate_raw(ByteView data, std::size_t size);
[[nodiscard]] std::uint32_t crc32_of(ByteView data);

} // namespace pgkeep
