#include "model/retention.hpp"
#include "model/retention_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

using namespace pgkeep;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr unsigned kUnlimited = std::numeric_limits<unsigned>::max();

// Archives and results that restic's documentation and tests agree on.
std::vector<RetentionItem> spring_of_2025() {
    return all_proven_at({"2025-04-21 11:00:00", "2025-04-22 11:00:00", "2025-04-23 11:00:00",
                          "2025-04-24 11:00:00", "2025-04-25 11:00:00", "2025-04-25 23:00:00",
                          "2025-04-28 11:00:00", "2025-04-29 11:00:00", "2025-05-01 11:00:00",
                          "2025-05-02 11:00:00", "2025-05-02 23:00:00"});
}

Time const kNow = utc("2025-05-03");

} // namespace

TEST(Retention, KeepsTheNewestOfEachOfTheLastDays) {
    RetentionPolicy policy;
    policy.daily = 5;
    EXPECT_THAT(kept(spring_of_2025(), policy, kNow),
                ElementsAre("2025-04-25 23:00:00", "2025-04-28 11:00:00", "2025-04-29 11:00:00",
                            "2025-05-01 11:00:00", "2025-05-02 23:00:00"));
}

TEST(Retention, KeepsOneOfEachDayWhileThereArePlaces) {
    RetentionPolicy policy;
    policy.daily = 20;
    auto const ids = kept(spring_of_2025(), policy, kNow);
    EXPECT_EQ(ids.size(), 9U);
    EXPECT_THAT(ids, testing::Not(testing::Contains("2025-04-25 11:00:00")));
    EXPECT_THAT(ids, testing::Not(testing::Contains("2025-05-02 11:00:00")));
}

TEST(Retention, KeepsWhatAnyRuleKeeps) {
    RetentionPolicy policy;
    policy.last = 2;
    policy.weekly = 2;
    EXPECT_THAT(kept(spring_of_2025(), policy, kNow),
                ElementsAre("2025-04-25 23:00:00", "2025-05-02 11:00:00", "2025-05-02 23:00:00"));
}

TEST(Retention, CountsIsoWeeks) {
    RetentionPolicy policy;
    policy.weekly = 2;
    EXPECT_THAT(
        kept(all_proven_at({"2024-12-29", "2024-12-30", "2025-01-01", "2025-01-05"}), policy, kNow),
        ElementsAre("2024-12-29", "2025-01-05"));
}

TEST(Retention, KeepsTheOldestWhileABucketRuleHasPlaces) {
    auto const items = all_proven_at({"2025-02-01", "2025-03-01", "2025-04-01"});
    RetentionPolicy policy;
    policy.yearly = 2;
    EXPECT_THAT(kept(items, policy, kNow), ElementsAre("2025-02-01", "2025-04-01"));
    EXPECT_EQ(verdict_on("2025-02-01", items, policy, kNow), "keep: yearly 2025 (oldest)");
    policy.yearly = 1;
    EXPECT_THAT(kept(items, policy, kNow), ElementsAre("2025-04-01"));
}

TEST(Retention, KeepsAllWithAnUnlimitedCount) {
    RetentionPolicy policy;
    policy.last = kUnlimited;
    EXPECT_EQ(kept(spring_of_2025(), policy, kNow).size(), spring_of_2025().size());
}

TEST(Retention, LeavesOutTheEndOfWithin) {
    RetentionPolicy policy;
    policy.within = days{1};
    auto const items =
        all_proven_at({"2025-05-01 12:00:00", "2025-05-01 12:00:01", "2025-05-02 12:00:00"});
    EXPECT_THAT(kept(items, policy, kNow),
                ElementsAre("2025-05-01 12:00:01", "2025-05-02 12:00:00"));
    EXPECT_EQ(verdict_on("2025-05-01 12:00:00", items, policy, kNow), "remove: older than 1 day");
}

TEST(Retention, KeepsDaysLikePgBack) {
    std::vector<int> ages;
    for (int age = 0; age <= 40; ++age) {
        ages.push_back(age);
    }
    RetentionPolicy policy;
    policy.max_age = days{30};
    auto const ids = kept(of_ages(ages, kNow), policy, kNow);
    EXPECT_EQ(ids.size(), 31U);
    EXPECT_EQ(ids.back(), "30");
}

TEST(Retention, KeepsAMinimumLikePgBack) {
    auto const items = of_ages({0, 20, 40, 41}, kNow);
    RetentionPolicy policy;
    policy.max_age = days{30};
    for (auto const &[min_keep, count] :
         {std::pair{0U, 2U}, {2U, 2U}, {3U, 3U}, {kUnlimited, 4U}}) {
        policy.min_keep = min_keep;
        EXPECT_EQ(kept(items, policy, kNow).size(), count) << min_keep;
    }
}

TEST(Retention, KeepsTheLastOfAStoppedScheduleLikePgBackRest) {
    RetentionPolicy policy;
    policy.max_age = days{30};
    EXPECT_THAT(kept(of_ages({25, 35}, kNow), policy, kNow), ElementsAre("25", "35"));
    EXPECT_THAT(kept(of_ages({400, 410, 440}, kNow), policy, kNow), ElementsAre("400", "410"));
}

TEST(Retention, RemovesTheOldestOnlyWhenEnoughNewerOnesExist) {
    RetentionPolicy policy;
    policy.last = 2;
    EXPECT_THAT(kept(of_ages({1, 2}, kNow), policy, kNow), ElementsAre("1", "2"));
    EXPECT_THAT(kept(of_ages({0, 1, 2}, kNow), policy, kNow), ElementsAre("0", "1"));
}

TEST(Retention, RemovesNothingWithoutARule) {
    RetentionPolicy policy;
    EXPECT_TRUE(policy.empty());
    policy.min_keep = 1;
    EXPECT_TRUE(policy.empty());
    auto const items = of_ages({1, 1000}, kNow);
    EXPECT_EQ(verdict_on("1000", items, policy, kNow), "keep: no rule given");
    policy.keep_safety = days{1};
    EXPECT_FALSE(policy.empty());
    EXPECT_EQ(verdict_on("1000", items, policy, kNow), "keep: no rule given");
}

TEST(Retention, CountsOnlyProvenArchives) {
    auto items = of_ages({0, 1, 2, 30}, kNow);
    items[0].proven = false;
    items[1].damaged = true;
    RetentionPolicy policy;
    policy.last = 1;
    policy.min_keep = 1;
    EXPECT_EQ(verdict_on("0", items, policy, kNow),
              "keep: not proven, newer than every proven one");
    EXPECT_EQ(verdict_on("1", items, policy, kNow), "keep: damaged, newer than every proven one");
    EXPECT_EQ(verdict_on("2", items, policy, kNow),
              "keep: newest proven archive; minimum of 1; last 1");
    EXPECT_EQ(verdict_on("30", items, policy, kNow), "remove: no rule keeps it");
}

TEST(Retention, KeepsUnprovenArchivesWhenNothingIsProven) {
    auto items = of_ages({1, 1000}, kNow);
    items[0].proven = items[1].proven = false;
    RetentionPolicy policy;
    policy.max_age = days{1};
    EXPECT_EQ(verdict_on("1000", items, policy, kNow),
              "keep: not proven, newer than every proven one");
}

TEST(Retention, KeepsAnUnprovenArchiveForAWeekAfterItsSuccessor) {
    auto items = of_ages({0, 7, 8}, kNow);
    items[1].proven = items[2].proven = false;
    RetentionPolicy policy;
    policy.last = 9;
    EXPECT_EQ(verdict_on("7", items, policy, kNow),
              "keep: not proven, within 7 days of the newest");
    EXPECT_EQ(verdict_on("8", items, policy, kNow), "remove: not proven, older than 7 days");
    policy.max_age = days{8};
    EXPECT_EQ(verdict_on("8", items, policy, kNow),
              "keep: not proven, within 8 days of the newest");
}

TEST(Retention, KeepsTheNewestDrilledArchive) {
    auto items = of_ages({0, 50, 100, 150}, kNow);
    items[1].drilled = items[1].damaged = true;
    items[2].drilled = items[3].drilled = true;
    RetentionPolicy policy;
    policy.max_age = days{7};
    EXPECT_EQ(verdict_on("100", items, policy, kNow),
              "keep: newest drilled archive; within 7 days of the newest before a long pause");
    EXPECT_EQ(verdict_on("150", items, policy, kNow), "remove: older than 7 days");
}

TEST(Retention, KeepsWhatIsHeld) {
    auto items = of_ages({0, 300}, kNow);
    items[1].held = true;
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(verdict_on("300", items, policy, kNow), "keep: held");
}

TEST(Retention, NeverTouchesWhatOthersWroteUnlessAdopted) {
    auto items = of_ages({0, 300, 301}, kNow);
    items[1].ours = items[2].ours = false;
    items[2].adopted = true;
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(verdict_on("300", items, policy, kNow), "keep: not written by pgkeep");
    EXPECT_EQ(verdict_on("301", items, policy, kNow), "remove: no rule keeps it");
}

TEST(Retention, LetsNoForeignArchiveCount) {
    auto items = of_ages({0, 1}, kNow);
    items[0].ours = false;
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(verdict_on("1", items, policy, kNow), "keep: newest proven archive; last 1");
}

TEST(Retention, KeepsButDoesNotCountWhatIsDatedInTheFuture) {
    auto const items = of_ages({-1, 0, 1}, kNow);
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(verdict_on("-1", items, policy, kNow), "keep: dated in the future");
    EXPECT_EQ(verdict_on("0", items, policy, kNow), "keep: newest proven archive; last 1");
    EXPECT_EQ(verdict_on("1", items, policy, kNow), "remove: no rule keeps it");
}

TEST(Retention, LetsNoClusterEvictAnothersArchives) {
    auto items = of_ages({0, 1, 2, 3}, kNow);
    items[1].system_identifier = "7002";
    items[2].system_identifier = "";
    items[3].database = "shop_2";
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(kept(items, policy, kNow).size(), 4U);
}

TEST(Retention, TreatsTheGlobalsOfAClusterAsOneGroup) {
    auto items = of_ages({0, 1, 2}, kNow);
    items[1].kind = items[2].kind = ArchiveKind::globals;
    items[1].database = "globals";
    items[2].database = "";
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_THAT(kept(items, policy, kNow), ElementsAre("0", "1"));
}

TEST(Retention, NeverMixesGlobalsWithADatabaseOfThatName) {
    auto items = of_ages({0, 1}, kNow);
    items[0].database = items[1].database = "globals";
    items[1].kind = ArchiveKind::globals;
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(kept(items, policy, kNow).size(), 2U);
}

TEST(Retention, KeepsSafetySnapshotsForTheirOwnTime) {
    auto items = of_ages({0, 14, 15, 16}, kNow);
    for (std::size_t i = 1; i < items.size(); ++i) {
        items[i].kind = ArchiveKind::safety;
    }
    items[1].proven = false;
    RetentionPolicy policy;
    policy.keep_safety = days{14};
    EXPECT_EQ(verdict_on("14", items, policy, kNow),
              "keep: safety snapshot, within 14 days of the newest");
    EXPECT_EQ(verdict_on("15", items, policy, kNow), "keep: newest safety snapshot");
    EXPECT_EQ(verdict_on("16", items, policy, kNow), "remove: safety snapshot, older than 14 days");
    policy.keep_safety.reset();
    EXPECT_EQ(verdict_on("16", items, policy, kNow), "keep: safety snapshot, no rule given");
}

TEST(Retention, LetsNoSafetySnapshotCountAsABackup) {
    auto items = of_ages({0, 1}, kNow);
    items[0].kind = ArchiveKind::safety;
    RetentionPolicy policy;
    policy.last = 1;
    policy.min_keep = 1;
    EXPECT_EQ(verdict_on("1", items, policy, kNow),
              "keep: newest proven archive; minimum of 1; last 1");
}

TEST(Retention, TellsApartTwoOfOneSecondByTheirIds) {
    auto items = of_ages({1, 1}, kNow);
    items[0].id = "b";
    items[1].id = "a";
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_THAT(kept(items, policy, kNow), ElementsAre("b"));
}

TEST(Retention, KeepsTheOldArchivesThroughANightWithAClockAYearAhead) {
    RetentionPolicy policy;
    policy.max_age = days{7};
    auto const items = of_ages({0, 365, 366, 372, 373}, kNow);
    EXPECT_THAT(kept(items, policy, kNow), ElementsAre("0", "365", "366", "372"));
    EXPECT_EQ(verdict_on("366", items, policy, kNow),
              "keep: within 7 days of the newest before a long pause");
}

// A new archive alone never makes all others too old, however far ahead the clock was.
TEST(Retention, KeepsTheOldArchivesThroughANightWithAClockSomeDaysAhead) {
    RetentionPolicy policy;
    policy.max_age = days{7};
    for (int const ahead : {8, 30, 100}) {
        auto const items = of_ages({0, ahead, ahead + 1, ahead + 7, ahead + 8}, kNow);
        EXPECT_EQ(kept(items, policy, kNow).size(), 4U) << ahead;
    }
}

TEST(Retention, LetsTheOldArchivesGoWhenThoseAfterAPauseSpanTheWindow) {
    RetentionPolicy policy;
    policy.max_age = days{7};
    EXPECT_EQ(kept(of_ages({0, 6, 365}, kNow), policy, kNow).size(), 3U);
    EXPECT_THAT(kept(of_ages({0, 6, 7, 365}, kNow), policy, kNow), ElementsAre("0", "6", "7"));
}

TEST(Retention, TakesAnyNumber) {
    auto items = of_ages({0, 1}, kNow);
    items.push_back(items[0]);
    items.back().time = Time::min();
    items.push_back(items[0]);
    items.back().time = Time::max();
    for (seconds const window : {seconds::min(), seconds{-1}, seconds{0}, seconds::max()}) {
        RetentionPolicy policy;
        policy.max_age = policy.within = policy.keep_safety = window;
        for (Time const now : {Time::min(), kNow, Time::max()}) {
            EXPECT_THAT(kept(items, policy, now), testing::Not(IsEmpty()));
        }
    }
    RetentionPolicy policy;
    policy.max_age = days{0};
    EXPECT_THAT(kept(of_ages({0, 1}, kNow), policy, kNow), ElementsAre("0"));
}

TEST(Retention, AddsUpWhatRemovingWouldFree) {
    auto items = of_ages({0, 1, 2}, kNow);
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(freed_bytes(items, decide_retention(items, policy, kNow)), 2000U);
    items[1].size = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(freed_bytes(items, decide_retention(items, policy, kNow)), items[1].size);
    EXPECT_EQ(freed_bytes({}, decide_retention({}, policy, kNow)), 0U);
}

TEST(Retention, MeasuresSafetySnapshotsFromTheNewestOfAnyKind) {
    auto items = of_ages({0, 10, 40}, kNow);
    items[0].kind = items[1].kind = ArchiveKind::safety;
    RetentionPolicy policy;
    policy.keep_safety = days{5};
    EXPECT_EQ(verdict_on("10", items, policy, kNow), "remove: safety snapshot, older than 5 days");
    policy.keep_safety = seconds::min();
    EXPECT_EQ(verdict_on("10", items, policy, kNow), "remove: safety snapshot, older than 0 days");
    policy.keep_safety = seconds::max();
    EXPECT_EQ(verdict_on("10", items, policy, kNow),
              "keep: safety snapshot, within 10,000,000 days of the newest");
}
