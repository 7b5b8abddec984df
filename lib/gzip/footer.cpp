#include "gzip/footer.hpp"

#include "base/error.hpp"
#include "gzip/member.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgkeep {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMagicOffset = format::kPrefixSize + 4;
constexpr std::size_t kReserved = 12;
// The CRC is the last field, and covers everything before it, the gzip header too.
constexpr std::size_t kCrcOffset = format::kPrefixSize + format::kFooterFieldSize - 4;
// The last second of the year 9999: no later time has a name.
constexpr std::uint64_t kLatestTime = 253'402'300'799;

[[noreturn]] void damaged_footer(std::string const &message) {
    throw Error{ErrorKind::damaged, "the footer is damaged: " + message};
}

void put_region(Region const &region, Bytes &out) {
    put_u64(out, region.offset);
    put_u64(out, region.stored_size);
    put_u64(out, region.deflated_size);
    put_u64(out, region.size);
    put_u32(out, region.crc32);
}

Region read_region(FieldReader &fields) {
    Region region;
    region.offset = fields.u64();
    region.stored_size = fields.u64();
    region.deflated_size = fields.u64();
    region.size = fields.u64();
    region.crc32 = fields.u32();
    return region;
}

void check_crc(ByteView tail) {
    FieldReader crc{tail.subspan(kCrcOffset), "the footer"};
    std::uint32_t const expected = crc.u32();
    std::uint32_t const found = crc32_of(tail.first(kCrcOffset));
    if (found != expected) {
        damaged_footer(fmt::format("its CRC-32 is {:08x}, should be {:08x}", found, expected));
    }
}

void check_version(Footer const &footer) {
    if (footer.major != format::kFormatMajor) {
        throw Error{ErrorKind::version,
                    fmt::format("the archive has format {}.{}, this program reads {}.x",
                                footer.major, footer.minor, format::kFormatMajor),
                    "Use a newer pgkeep, or restore with: gunzip -c ARCHIVE | psql -X -v "
                    "ON_ERROR_STOP=1 -d NEW_DATABASE"};
    }
}

void check_frame(ByteView tail) {
    if (parse_prefix(tail) != format::kFooterFieldSize) {
        damaged_footer("its subfield has a wrong size");
    }
    FieldReader fields{tail.subspan(format::kPrefixSize), "the footer"};
    if (fields.u8() != static_cast<std::uint8_t>(format::MemberKind::footer) ||
        !std::ranges::all_of(fields.raw(3), [](std::uint8_t byte) { return byte == 0; })) {
        damaged_footer("bytes that should be constant are not");
    }
}

void check_region(Region const &region, std::uint64_t begin, std::uint64_t end, char const *name) {
    if (region.offset != begin || region.stored_size > end - begin) {
        damaged_footer(fmt::format("the {} lies outside its place", name));
    }
    bool const empty = region.stored_size == 0;
    if (region.deflated_size > region.stored_size || empty != (region.deflated_size == 0) ||
        empty != (region.size == 0) ||
        region.size / format::kMaxDeflateRatio > region.deflated_size) {
        damaged_footer(fmt::format("the sizes of the {} contradict each other", name));
    }
}

void check_counts(Footer const &footer) {
    if (footer.text_members > footer.index.offset / format::kMinMemberSize ||
        footer.text_size / format::kMaxMemberText > footer.text_members || footer.blocks == 0 ||
        footer.blocks > footer.text_members || footer.rows > footer.text_size) {
        damaged_footer("its counts contradict each other");
    }
}

// Text, index, schema archive and footer follow each other without a gap. A later minor version may
// have more attachments behind the schema archive.
void check_places(Footer const &footer, std::uint64_t file_size) {
    std::uint64_t const end = file_size - format::kFooterSize;
    if (footer.index.offset > end || footer.index.stored_size == 0) {
        damaged_footer("the index lies outside the file");
    }
    check_region(footer.index, footer.index.offset, end, "index");
    std::uint64_t const schema = footer.index.offset + footer.index.stored_size;
    check_region(footer.schema, schema, end, "schema archive");
    if (footer.minor <= format::kFormatMinor && schema + footer.schema.stored_size != end) {
        damaged_footer("there are bytes between the schema archive and it");
    }
    check_counts(footer);
    // What it says to be its index is inflated before anything else is known of it.
    if (footer.index.size > format::kIndexHeaderSize + footer.blocks * format::kMaxIndexEntrySize) {
        damaged_footer(fmt::format("{} blocks cannot have an index of {} bytes", footer.blocks,
                                   footer.index.size));
    }
}

Footer read_fields(ByteView tail) {
    FieldReader fields{tail.subspan(kMagicOffset + format::kFooterMagic.size()), "the footer"};
    Footer footer;
    footer.major = fields.u16();
    footer.minor = fields.u16();
    check_version(footer); // the meaning of the rest depends on it
    if (fields.u32() != format::kFooterSize) {
        damaged_footer("it has another size");
    }
    std::uint8_t const kind = fields.u8();
    if (kind > static_cast<std::uint8_t>(ArchiveKind::globals)) {
        damaged_footer(fmt::format("there is no kind {} of archive", kind));
    }
    footer.kind = static_cast<ArchiveKind>(kind);
    static_cast<void>(fields.raw(3)); // reserved
    std::uint64_t const time = fields.u64();
    if (time > kLatestTime) {
        damaged_footer("its time is no time");
    }
    footer.snapshot_time = Time{std::chrono::seconds{time}};
    footer.text_members = fields.u64();
    footer.text_size = fields.u64();
    footer.blocks = fields.u64();
    footer.tables = fields.u64();
    footer.rows = fields.u64();
    footer.index = read_region(fields);
    footer.schema = read_region(fields);
    static_cast<void>(fields.raw(kReserved));
    std::ranges::copy(fields.raw(footer.sha256.size()), footer.sha256.begin());
    return footer;
}

} // namespace

Bytes encode_footer(Footer const &footer) {
    Bytes out;
    out.reserve(format::kFooterSize);
    put_prefix(format::kFooterFieldSize, out);
    out.push_back(static_cast<std::uint8_t>(format::MemberKind::footer));
    out.resize(out.size() + 3);
    out.insert(out.end(), format::kFooterMagic.begin(), format::kFooterMagic.end());
    put_u16(out, footer.major);
    put_u16(out, footer.minor);
    put_u32(out, format::kFooterSize);
    out.push_back(static_cast<std::uint8_t>(footer.kind));
    out.resize(out.size() + 3);
    put_u64(out, static_cast<std::uint64_t>(footer.snapshot_time.time_since_epoch() / 1s));
    put_u64(out, footer.text_members);
    put_u64(out, footer.text_size);
    put_u64(out, footer.blocks);
    put_u64(out, footer.tables);
    put_u64(out, footer.rows);
    put_region(footer.index, out);
    put_region(footer.schema, out);
    out.resize(out.size() + kReserved);
    out.insert(out.end(), footer.sha256.begin(), footer.sha256.end());
    put_u32(out, crc32_of(out));
    put_empty_text(out);
    return out;
}

std::optional<Footer> decode_footer(ByteView tail, std::uint64_t file_size) {
    if (tail.size() != format::kFooterSize || file_size < format::kFooterSize ||
        !std::ranges::equal(tail.subspan(kMagicOffset, format::kFooterMagic.size()),
                            format::kFooterMagic)) {
        return std::nullopt;
    }
    check_crc(tail);
    check_frame(tail);
    Footer const footer = read_fields(tail);
    expect_empty_text(tail.last(format::kEmptyDeflate.size() + format::kTrailerSize));
    check_places(footer, file_size);
    return footer;
}

} // namespace pgkeep
