#include "restore/load_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using format::BlockKind;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

BlockEntry block(BlockKind kind, std::uint32_t table, std::uint64_t text_size) {
    BlockEntry entry;
    entry.kind = kind;
    entry.table = table;
    entry.text_size = text_size;
    return entry;
}

LoadGroup group(std::uint32_t table, std::vector<std::size_t> blocks) {
    return {table, std::move(blocks), 0};
}

std::vector<std::vector<std::uint32_t>>
tables_of(std::vector<std::vector<LoadGroup>> const &waves) {
    std::vector<std::vector<std::uint32_t>> tables;
    for (auto const &wave : waves) {
        auto &numbers = tables.emplace_back();
        for (auto const &one : wave) {
            numbers.push_back(one.table);
        }
    }
    return tables;
}

} // namespace

TEST(GroupBlocks, TakesOnlyBlocksWithRowsLargestTableFirst) {
    auto const groups =
        group_blocks({block(BlockKind::pre_data, 0, 900), block(BlockKind::copy, 1, 10),
                      block(BlockKind::copy, 2, 30), block(BlockKind::copy, 1, 5),
                      block(BlockKind::large_objects, 0, 20), block(BlockKind::post_data, 0, 900)});
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups[0].table, 2U);
    EXPECT_EQ(groups[1].table, 0U); // the large objects
    EXPECT_EQ(groups[2].table, 1U);
    EXPECT_THAT(groups[2].blocks, ElementsAre(1U, 3U));
}

TEST(OrderGroups, MakesOneWaveWithoutReferences) {
    EXPECT_THAT(tables_of(order_groups({group(3, {0}), group(1, {1})}, {})),
                ElementsAre(ElementsAre(3, 1)));
}

TEST(OrderGroups, PutsATableBehindThoseItReferences) {
    TableReferences const references{{1, 2}, {2, 3}, {4, 4}};
    EXPECT_THAT(tables_of(order_groups({group(1, {0}), group(2, {1}), group(3, {2}), group(4, {3})},
                                       references)),
                ElementsAre(ElementsAre(3, 4), ElementsAre(2), ElementsAre(1)));
}

TEST(OrderGroups, KeepsACircleTogetherAtTheEnd) {
    TableReferences const references{{1, 2}, {2, 1}};
    EXPECT_THAT(tables_of(order_groups({group(1, {0}), group(2, {1}), group(3, {2})}, references)),
                ElementsAre(ElementsAre(3), ElementsAre(1, 2)));
}

TEST(OrderGroups, IgnoresReferencesToTablesWithoutData) {
    EXPECT_THAT(tables_of(order_groups({group(1, {0})}, {{1, 9}})), ElementsAre(ElementsAre(1)));
}

TEST(LoadList, KeepsAWorkerWithItsTable) {
    LoadList list{{group(1, {0, 1, 2}), group(2, {3, 4})}, 2};
    EXPECT_EQ(list.next(0), 0U);
    EXPECT_EQ(list.next(1), 3U);
    EXPECT_EQ(list.next(0), 1U);
    EXPECT_EQ(list.next(1), 4U);
}

TEST(LoadList, SendsAnIdleWorkerWhereMostIsLeft) {
    LoadList list{{group(1, {0, 1, 2, 3}), group(2, {4, 5}), group(3, {6})}, 3};
    EXPECT_EQ(list.next(0), 0U);
    EXPECT_EQ(list.next(1), 4U);
    EXPECT_EQ(list.next(2), 6U);
    EXPECT_EQ(list.next(2), 1U); // helps with table 1, which has three blocks left
    EXPECT_EQ(list.next(0), 2U);
}

TEST(LoadList, GivesEachBlockOnce) {
    LoadList list{{group(1, {0, 1, 2}), group(2, {3})}, 2};
    std::vector<std::size_t> seen;
    for (unsigned turn = 0; auto const next = list.next(turn % 2); ++turn) {
        seen.push_back(*next);
    }
    EXPECT_THAT(seen, testing::UnorderedElementsAre(0U, 1U, 2U, 3U));
    EXPECT_FALSE(list.next(0));
    EXPECT_FALSE(list.next(1));
}

TEST(LoadList, IsEmptyWithoutGroups) {
    LoadList list{{}, 1};
    EXPECT_FALSE(list.next(0));
}
