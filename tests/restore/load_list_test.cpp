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
    return {table, std::move(blocks), 0, false};
}

LoadGroup shared(std::uint32_t table, std::vector<std::size_t> blocks) {
    return {table, std::move(blocks), 0, true};
}

// The block that comes next for `worker`.
std::optional<std::size_t> next_block(LoadList &list, unsigned worker) {
    auto const step = list.next(worker);
    return step ? std::optional{step->block} : std::nullopt;
}

// Groups of these sizes, and which of them become shared.
std::vector<bool> shared_of(std::vector<std::uint64_t> const &sizes, unsigned workers,
                            std::uint64_t slack) {
    std::vector<LoadGroup> groups;
    for (auto const size : sizes) {
        groups.push_back({1, {}, size, false});
    }
    std::vector<bool> result;
    for (auto const &one : share_largest(groups, workers, slack)) {
        result.push_back(one.shared);
    }
    return result;
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

TEST(ShareLargest, SharesNothingThatIsBalancedAnyway) {
    EXPECT_THAT(shared_of({40, 30, 30, 20}, 2, 0), ElementsAre(false, false, false, false));
    EXPECT_THAT(shared_of({100}, 1, 0), ElementsAre(false));
    EXPECT_THAT(shared_of({}, 2, 0), IsEmpty());
}

TEST(ShareLargest, SharesATableThatIsMoreThanAWorkersPart) {
    EXPECT_THAT(shared_of({100, 10, 10}, 2, 0), ElementsAre(true, false, false));
    EXPECT_THAT(shared_of({100, 90, 10, 10}, 4, 0), ElementsAre(true, true, false, false));
}

TEST(ShareLargest, AcceptsAShortWait) {
    EXPECT_THAT(shared_of({100, 10}, 2, 45), ElementsAre(false, false));
    EXPECT_THAT(shared_of({100, 10}, 2, 44), ElementsAre(true, false));
}

TEST(LoadList, GivesAWholeTableToOneWorkerInFileOrder) {
    LoadList list{{group(1, {0, 1, 2}), group(2, {3, 4})}, 3};
    EXPECT_EQ(next_block(list, 0), 0U);
    EXPECT_EQ(next_block(list, 1), 3U);
    EXPECT_FALSE(next_block(list, 2));
    EXPECT_EQ(next_block(list, 0), 1U);
    EXPECT_EQ(next_block(list, 1), 4U);
    EXPECT_FALSE(next_block(list, 1));
    EXPECT_EQ(next_block(list, 0), 2U);
}

TEST(LoadList, LetsAllWorkersShareWhatIsLeftAtTheEnd) {
    LoadList list{{shared(1, {0, 1, 2, 3}), group(2, {4})}, 2};
    EXPECT_EQ(next_block(list, 0), 4U);
    EXPECT_EQ(next_block(list, 1), 0U);
    EXPECT_EQ(next_block(list, 0), 1U); // the neighbour
    EXPECT_EQ(next_block(list, 0), 2U);
    EXPECT_EQ(next_block(list, 1), 3U);
    EXPECT_FALSE(next_block(list, 0));
    EXPECT_FALSE(next_block(list, 1));
}

TEST(LoadList, SpreadsWorkersOverSharedTables) {
    LoadList list{{shared(1, {0, 1, 2}), shared(2, {3, 4, 5})}, 2};
    EXPECT_EQ(next_block(list, 0), 0U);
    EXPECT_EQ(next_block(list, 1), 3U);
}

TEST(LoadList, SaysWhereATableBeginsAndEndsForItsOnlyWorker) {
    LoadList list{{shared(1, {0}), group(2, {4, 7})}, 1};
    EXPECT_EQ(list.next(0), (LoadStep{4, true, true, false}));
    EXPECT_EQ(list.next(0), (LoadStep{7, true, false, true}));
    EXPECT_EQ(list.next(0), (LoadStep{0, false, true, true}));
}

TEST(LoadList, IsEmptyWithoutGroups) {
    LoadList list{{}, 1};
    EXPECT_FALSE(next_block(list, 0));
}
