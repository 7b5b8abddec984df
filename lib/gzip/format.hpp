// Constants of the container layer, shared by writer and reader. The specification is
// docs/archive-format.md; change both or neither.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pgkeep::format {

// Every member is: 10 bytes of gzip header, XLEN, one subfield, deflate data, CRC-32, ISIZE (RFC
// 1952).
inline constexpr std::array<std::uint8_t, 10> kGzipHeader{0x1f, 0x8b, 0x08, 0x04, 0,
                                                          0,    0,    0,    0,    0xff};
inline constexpr std::array<std::uint8_t, 2> kSubfieldId{'p', 'k'};
inline constexpr std::size_t kPrefixSize = 16; // header, XLEN, subfield id, LEN
inline constexpr std::size_t kTrailerSize = 8; // CRC-32, ISIZE

// The subfield of a text member: kind, flags, two zero bytes, then member size, text size, table
// and the CRC-32 of the deflate data (u32 each). That CRC finds changed bits that inflate to the
// same text, which gzip's own cannot see.
inline constexpr std::size_t kTextFieldSize = 20;
inline constexpr std::size_t kTextHeaderSize =
    kPrefixSize + kTextFieldSize; // the deflate data begins here

// An empty final deflate block: the smallest deflate data, and that of every member after the text.
inline constexpr std::array<std::uint8_t, 2> kEmptyDeflate{0x03, 0x00};

inline constexpr std::size_t kMaxMemberText = 1 << 20; // 1 MiB
inline constexpr std::size_t kMinMemberSize = kTextHeaderSize + kEmptyDeflate.size() + kTrailerSize;
// No member is larger: deflate expands by less than 1 % and a constant, and attachments fit in 64
// KiB.
inline constexpr std::size_t kMaxMemberSize = kMaxMemberText + kMaxMemberText / 64 + 4096;

// First byte of every subfield.
enum class MemberKind : std::uint8_t {
    text = 'T',
    index = 'I',  // a piece of the block index
    schema = 'S', // a piece of the schema archive
    footer = 'F',
};

inline constexpr std::uint8_t kFirstOfBlock = 0x01;
inline constexpr std::uint8_t kLastOfBlock = 0x02;
inline constexpr unsigned kBlockKindShift = 4;

// What the text of a block is; byte 1 of the subfield's flags has it in its high half.
enum class BlockKind : std::uint8_t {
    head = 0, // header comment
    pre_data = 1,
    copy = 2,          // one COPY … FROM stdin; statement with its data
    large_objects = 3, // lo_put statements in one transaction
    sequences = 4,
    post_data = 5,
    manifest = 6, // and the closing comment
    other = 7,    // text of an archive without structure (globals)
};

// Attachments (index and schema archive) are compressed as one raw deflate stream and cut into
// pieces. A piece's subfield: kind, three zero bytes, member size, piece number from 0, CRC-32 of
// the bytes (u32 each), then the bytes.
inline constexpr std::size_t kPieceFieldSize = 16;
inline constexpr std::size_t kMaxPieceBytes =
    65'000; // with the field header below the 65,535 of XLEN

// The inflated index: entry size, four zero bytes, number of entries (u64), then the entries. A
// later minor version may append fields to the entries and so raise their size.
inline constexpr std::size_t kIndexHeaderSize = 16;
inline constexpr std::size_t kIndexEntrySize = 72;
inline constexpr std::size_t kMaxIndexEntrySize = 4096;

// No deflate stream expands by more (RFC 1951: 258 bytes from two bits): a claim above it is
// refused before memory is reserved.
inline constexpr std::uint64_t kMaxDeflateRatio = 1032;

inline constexpr std::array<std::uint8_t, 8> kFooterMagic{'p', 'g', 'k', 'e', 'e', 'p', '\r', '\n'};
inline constexpr std::uint16_t kFormatMajor = 1;
inline constexpr std::uint16_t kFormatMinor = 0;
inline constexpr std::size_t kFooterFieldSize = 192;
inline constexpr std::size_t kFooterSize =
    kPrefixSize + kFooterFieldSize + kEmptyDeflate.size() + kTrailerSize; // 218

} // namespace pgkeep::format
