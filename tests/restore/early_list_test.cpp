#include "restore/early_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

using namespace pgkeep;
using testing::ElementsAre;

namespace {

EarlyObject index(int id, std::set<std::uint32_t> tables, std::uint64_t cost = 1) {
    return {id, std::move(tables), {}, false, false, false, cost, {}};
}

EarlyObject constraint(int id, std::set<std::uint32_t> tables, std::set<int> after = {}) {
    return {id, std::move(tables), std::move(after), false, true, false, 1, {}};
}

int next_id(EarlyList &list) {
    auto const object = list.next({});
    return object ? object->dump_id : 0;
}

// The id of the next object once it is ready, as another thread waits for it.
std::future<int> waiting_for_next(EarlyList &list) {
    return std::async(std::launch::async, [&list] { return next_id(list); });
}

bool still_waits(std::future<int> const &id) {
    return id.wait_for(std::chrono::milliseconds{20}) == std::future_status::timeout;
}

} // namespace

TEST(EarlyList, WaitsForAllBlocksOfTheTable) {
    EarlyList list{{index(11, {1})}, {{1, 2}, {2, 1}}};
    list.block_loaded(1);
    auto id = waiting_for_next(list);
    EXPECT_TRUE(still_waits(id));
    list.block_loaded(1);
    EXPECT_EQ(id.get(), 11);
}

TEST(EarlyList, WaitsForTheRowsOfAllTablesWhereThatIsNeeded) {
    EarlyObject object = index(11, {1});
    object.all_rows = true;
    EarlyList list{{object}, {{2, 1}}};
    auto id = waiting_for_next(list);
    EXPECT_TRUE(still_waits(id));
    list.block_loaded(2);
    EXPECT_EQ(id.get(), 11);
}

TEST(EarlyList, BuildsFirstWhatBelongsToTheTableWithMostToBuild) {
    EarlyList list{{index(11, {1}, 5), index(12, {2}, 3), index(13, {2}, 4)}, {}};
    EXPECT_EQ(next_id(list), 12);
}

TEST(EarlyList, BuildsIndexesOfOneTableSideBySide) {
    EarlyList list{{index(11, {1}), index(12, {1})}, {}};
    EXPECT_EQ(next_id(list), 11);
    EXPECT_EQ(next_id(list), 12);
}

TEST(EarlyList, BuildsAConstraintAlone) {
    EarlyList list{{constraint(11, {1}), index(12, {1})}, {}};
    auto const first = list.next({});
    ASSERT_EQ(first->dump_id, 11);
    auto id = waiting_for_next(list);
    EXPECT_TRUE(still_waits(id));
    list.built(*first);
    EXPECT_EQ(id.get(), 12);
}

TEST(EarlyList, KeepsTheOrderOfWhatDependsOnEachOther) {
    EarlyList list{{constraint(15, {1, 2}, {11}), constraint(11, {2})}, {}};
    auto const first = list.next({});
    ASSERT_EQ(first->dump_id, 11);
    list.built(*first);
    EXPECT_EQ(next_id(list), 15);
}

TEST(EarlyList, EndsWhenNothingIsLeft) {
    EarlyList list{{index(11, {1})}, {}};
    list.built(*list.next({}));
    EXPECT_EQ(next_id(list), 0);
    EXPECT_THAT(list.all_built(), ElementsAre(11));
}

TEST(EarlyList, LeavesWhatCanNeverBeReady) {
    EarlyList list{{constraint(11, {1}, {99})}, {}};
    EXPECT_EQ(next_id(list), 0);
    EXPECT_TRUE(list.all_built().empty());
}

TEST(EarlyList, EndsTheWaitWhenTheTokenFires) {
    EarlyList list{{index(11, {1})}, {{1, 1}}};
    std::stop_source stop;
    auto object = std::async(std::launch::async, [&] { return list.next(stop.get_token()); });
    stop.request_stop();
    EXPECT_FALSE(object.get().has_value());
}
