#include "base/error.hpp"
#include "gzip/index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

BlockEntry entry(std::uint64_t offset, std::uint64_t first_member) {
    BlockEntry block;
    block.kind = format::BlockKind::copy;
    block.table = 3;
    block.offset = offset;
    block.stored_size = 1000;
    block.text_size = 5000;
    block.first_member = first_member;
    block.rows = 10;
    block.row_bytes = 4000;
    block.hash = {0x1122334455667788, 0x99aabbccddeeff00};
    return block;
}

std::vector<BlockEntry> two_blocks() {
    return {entry(0, 0), entry(1000, 2)};
}

constexpr std::uint64_t kTextEnd = 2000;
constexpr std::uint64_t kMembers = 3;

std::string index_message(ByteView bytes, std::uint64_t text_end = kTextEnd) {
    try {
        static_cast<void>(decode_index(bytes, text_end, kMembers));
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::damaged);
        return error.what();
    }
    return "no error";
}

std::string index_message(void (*change)(std::vector<BlockEntry> &blocks)) {
    auto blocks = two_blocks();
    change(blocks);
    return index_message(encode_index(blocks));
}

TEST(Index, ComesBack) {
    EXPECT_EQ(decode_index(encode_index(two_blocks()), kTextEnd, kMembers), two_blocks());
}

TEST(Index, EntriesHaveTheDocumentedSize) {
    EXPECT_EQ(encode_index(two_blocks()).size(),
              format::kIndexHeaderSize + 2 * format::kIndexEntrySize);
}

TEST(Index, ReadsLongerEntriesOfALaterMinorVersion) {
    Bytes const old = encode_index(two_blocks());
    Bytes longer;
    put_u32(longer, format::kIndexEntrySize + 8);
    longer.insert(longer.end(), old.begin() + 4, old.begin() + 16);
    for (std::size_t i = 0; i < 2; ++i) {
        auto const begin =
            old.begin() + static_cast<std::ptrdiff_t>(16 + i * format::kIndexEntrySize);
        longer.insert(longer.end(), begin, begin + format::kIndexEntrySize);
        put_u64(longer, 42);
    }
    EXPECT_EQ(decode_index(longer, kTextEnd, kMembers), two_blocks());
}

TEST(Index, RefusesABlockOutsideTheText) {
    EXPECT_THAT(index_message([](auto &blocks) { blocks[1].offset = 1 << 30; }),
                HasSubstr("cover"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[1].stored_size = 1001; }),
                HasSubstr("cover"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[0].stored_size = ~std::uint64_t{0}; }),
                HasSubstr("cover"));
}

TEST(Index, RefusesBlocksThatOverlapOrLeaveAGap) {
    EXPECT_THAT(index_message([](auto &blocks) { blocks[1].offset = 999; }),
                HasSubstr("index entry 1"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[1].offset = 1001; }),
                HasSubstr("index entry 1"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[1].stored_size = 999; }),
                HasSubstr("cover"));
}

TEST(Index, RefusesMembersThatDoNotAddUp) {
    EXPECT_THAT(index_message([](auto &blocks) { blocks[1].first_member = 4; }),
                HasSubstr("index entry 1"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[0].first_member = 1; }),
                HasSubstr("index entry 0"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[1].first_member = 0; }),
                HasSubstr("0 members"));
}

TEST(Index, RefusesSizesThatContradictEachOther) {
    EXPECT_THAT(index_message([](auto &blocks) { blocks[0].text_size = ~std::uint64_t{0}; }),
                HasSubstr("of text"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[0].rows = 4001; }), HasSubstr("4001 rows"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[0].row_bytes = 5001; }), HasSubstr("5001"));
    EXPECT_THAT(index_message([](auto &blocks) { blocks[0].table = 0; }), HasSubstr("table 0"));
}

TEST(Index, RefusesAnAbsurdCountBeforeItReservesMemory) {
    Bytes bytes = encode_index(two_blocks());
    for (std::size_t i = 8; i < 16; ++i) {
        bytes[i] = 0xff;
    }
    EXPECT_THAT(index_message(bytes), HasSubstr("18446744073709551615 entries"));
}

TEST(Index, RefusesAnAbsurdEntrySize) {
    Bytes bytes = encode_index(two_blocks());
    bytes[0] = 0;
    EXPECT_THAT(index_message(bytes), HasSubstr("entries have 0 bytes"));
}

TEST(Index, RefusesEveryCut) {
    Bytes const bytes = encode_index(two_blocks());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_NE(index_message(ByteView{bytes}.first(size)), "no error") << size;
    }
}

TEST(Index, RefusesAKindOfBlockThatDoesNotExist) {
    Bytes bytes = encode_index(two_blocks());
    bytes[16] = 8;
    EXPECT_THAT(index_message(bytes), HasSubstr("kind 8"));
}

} // namespace
} // namespace pgkeep
