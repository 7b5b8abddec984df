// The block index: an accepted one covers the text without gap or overlap, whatever it says.

#include "gzip/index.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

void require_cover(std::vector<BlockEntry> const &blocks, std::uint64_t end,
                   std::uint64_t members) {
    std::uint64_t offset = 0;
    std::uint64_t member = 0;
    for (BlockEntry const &block : blocks) {
        fuzz::require(block.offset == offset, "a block begins where the one before it ends");
        fuzz::require(block.stored_size >= format::kMinMemberSize, "a block has a member");
        fuzz::require(block.stored_size <= end - offset, "a block lies inside the text");
        fuzz::require(block.first_member >= member && block.first_member < members,
                      "members are counted upwards");
        offset += block.stored_size;
        member = block.first_member + 1;
    }
    fuzz::require(offset == end, "the blocks end where the text does");
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    std::uint64_t const end = input.number(8);
    std::uint64_t const members = input.number(8);
    fuzz::accepts([&] {
        auto const blocks = decode_index(as_bytes(input.rest()), end, members);
        fuzz::require(blocks.size() * format::kIndexEntrySize <= input.rest().size(),
                      "no more entries than bytes for them");
        require_cover(blocks, end, members);
        Bytes const encoded = encode_index(blocks);
        fuzz::require(decode_index(encoded, end, members) == blocks, "an index comes back");
    });
    return 0;
}
