#include "model/chunk_plan.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

TEST(ChunkPlan, CoversEveryPageOnceAndLeavesTheEndOpen) {
    auto const chunks = plan_chunks({{0, 1000, 1000 * 8192, true}}, 1 << 20);
    ASSERT_EQ(chunks.size(), 8U);
    EXPECT_EQ(chunks.front().first_page, 0U);
    for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
        EXPECT_EQ(chunks[i].end_page, chunks[i + 1].first_page);
        EXPECT_LT(chunks[i].first_page, *chunks[i].end_page);
        EXPECT_FALSE(chunks[i].whole);
    }
    EXPECT_FALSE(chunks.back().end_page);
}

TEST(ChunkPlan, TakesSmallAndUnsplittableTablesWhole) {
    auto const chunks =
        plan_chunks({{0, 3, 3 * 8192, true}, {1, 1 << 20, 8ULL << 30, false}}, 1 << 20);
    ASSERT_EQ(chunks.size(), 2U);
    EXPECT_TRUE(chunks[0].whole);
    EXPECT_TRUE(chunks[1].whole);
}

TEST(ChunkPlan, StartsWithTheLargest) {
    auto const chunks = plan_chunks(
        {{0, 1, 8192, true}, {1, 100, 1 << 20, true}, {2, 10, 81920, true}}, 1ULL << 30);
    ASSERT_EQ(chunks.size(), 3U);
    EXPECT_EQ(chunks[0].table, 1U);
    EXPECT_EQ(chunks[1].table, 2U);
    EXPECT_EQ(chunks[2].table, 0U);
}

TEST(ChunkPlan, NeverMakesMoreRangesThanPages) {
    // Few pages with a lot of TOAST.
    auto const chunks = plan_chunks({{0, 3, 10ULL << 30, true}}, 1 << 20);
    EXPECT_EQ(chunks.size(), 3U);
}

TEST(ChunkPlan, GivesAnEmptyTableItsChunk) {
    auto const chunks = plan_chunks({{7, 0, 0, true}}, 1 << 20);
    ASSERT_EQ(chunks.size(), 1U);
    EXPECT_EQ(chunks[0].table, 7U);
    EXPECT_TRUE(chunks[0].whole);
}
