// The footer, as it is and with its checksum made right: accepted regions lie inside the file, one
// behind the other, and it comes back when it is written again.

#include "gzip/footer.hpp"
#include "gzip/member.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

constexpr std::size_t kCrcAt = format::kPrefixSize + format::kFooterFieldSize - 4;

void require_inside(Footer const &footer, std::uint64_t file_size) {
    std::uint64_t const end = file_size - format::kFooterSize;
    fuzz::require(footer.index.offset <= end &&
                      footer.index.stored_size <= end - footer.index.offset,
                  "the index lies inside the file");
    fuzz::require(footer.schema.offset == footer.index.offset + footer.index.stored_size &&
                      footer.schema.stored_size <= end - footer.schema.offset,
                  "the schema archive lies behind it");
    fuzz::require(footer.text_members <= footer.index.offset, "no more members than bytes");
    // What opening the archive reserves is bounded by what the file has.
    fuzz::require(footer.index.size / format::kMaxDeflateRatio <= file_size,
                  "the index is no larger than its bytes can make it");
    fuzz::require(footer.index.size <=
                      format::kIndexHeaderSize + footer.blocks * format::kMaxIndexEntrySize,
                  "the index is no larger than its blocks need");
}

void read(ByteView tail, std::uint64_t file_size) {
    fuzz::accepts([&] {
        auto const footer = decode_footer(tail, file_size);
        if (!footer) {
            return;
        }
        require_inside(*footer, file_size);
        fuzz::require(parse_stamp(format_stamp(footer->snapshot_time)) == footer->snapshot_time,
                      "its time has a name");
        fuzz::require(decode_footer(encode_footer(*footer), file_size) == footer,
                      "a footer comes back");
    });
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    std::uint64_t const file_size = input.number(8);
    auto const bytes = as_bytes(input.rest());
    read(bytes, file_size);
    Bytes tail{bytes.begin(), bytes.end()};
    tail.resize(format::kFooterSize);
    Bytes crc;
    put_u32(crc, crc32_of(ByteView{tail}.first(kCrcAt)));
    std::ranges::copy(crc, tail.begin() + kCrcAt);
    read(tail, file_size);
    return 0;
}
