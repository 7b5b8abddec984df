// Attachments: pieces that are refused or come back, and content that is never larger than its
// region.

#include "gzip/attachment.hpp"
#include "gzip/member.hpp"

#include "fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    auto const kind =
        input.byte() % 2 == 0 ? format::MemberKind::index : format::MemberKind::schema;
    std::size_t const claimed = input.number(3);
    ByteView const bytes = as_bytes(input.rest());
    fuzz::accepts([&] {
        Bytes const content = read_pieces(kind, bytes);
        fuzz::require(content.size() <= bytes.size(), "the content fits in its region");
        Bytes again;
        write_pieces(kind, content, again);
        fuzz::require(read_pieces(kind, again) == content, "an attachment comes back");
        fuzz::require(inflate_raw(content, claimed).size() == claimed,
                      "it has the size that it says");
    });
    Bytes pieces;
    write_pieces(kind, bytes, pieces);
    fuzz::require(std::ranges::equal(read_pieces(kind, pieces), bytes), "any bytes come back");
    return 0;
}
