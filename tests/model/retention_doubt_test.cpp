// Retention of what is in doubt, or damaged since a day that is known.

#include "model/retention_sample.hpp"

using namespace pgkeep;
using std::chrono::days;

namespace {

Time const kDayOfDoubt = utc("2025-05-03");

} // namespace

// A scrub that failed for a night, or evidence that was not copied, must not cost the history.
TEST(Retention, KeepsWhatIsInDoubtWhereTheRulesWouldKeepItProven) {
    auto items = of_ages({0, 1, 40, 41, 80}, kDayOfDoubt);
    for (std::size_t i : {2U, 3U, 4U}) {
        items[i].proven = false;
        items[i].in_doubt = true;
    }
    RetentionPolicy policy;
    policy.last = 2;
    policy.monthly = 2;
    EXPECT_EQ(verdict_on("40", items, policy, kDayOfDoubt), "keep: not proven, monthly 2025-03");
    EXPECT_EQ(verdict_on("41", items, policy, kDayOfDoubt),
              "remove: not proven, older than 7 days");
    EXPECT_EQ(verdict_on("80", items, policy, kDayOfDoubt),
              "remove: not proven, older than 7 days");
    policy.monthly = 9;
    EXPECT_EQ(verdict_on("80", items, policy, kDayOfDoubt), "keep: not proven, monthly 2025-02");
    items[2].damaged = true;
    EXPECT_EQ(verdict_on("40", items, policy, kDayOfDoubt), "remove: damaged, older than 7 days");
    EXPECT_EQ(verdict_on("41", items, policy, kDayOfDoubt), "keep: not proven, monthly 2025-03");
    policy.monthly = 0;
    policy.min_keep = 3;
    EXPECT_EQ(verdict_on("41", items, policy, kDayOfDoubt), "keep: not proven, minimum of 3");
}

TEST(Retention, WhatIsInDoubtTakesNoPlaceFromWhatIsProven) {
    auto items = of_ages({0, 1, 2, 3}, kDayOfDoubt);
    items[1].proven = items[2].proven = false;
    items[1].in_doubt = items[2].in_doubt = true;
    RetentionPolicy policy;
    policy.last = 2;
    EXPECT_EQ(verdict_on("3", items, policy, kDayOfDoubt), "keep: last 2");
}

TEST(Retention, KeepsADamagedArchiveForAWeekAfterTheDamageWasFound) {
    auto items = of_ages({0, 100}, kDayOfDoubt);
    items[1].damaged = true;
    RetentionPolicy policy;
    policy.last = 1;
    EXPECT_EQ(verdict_on("100", items, policy, kDayOfDoubt), "remove: damaged, older than 7 days");
    items[1].damaged_since = kDayOfDoubt - days{7};
    EXPECT_EQ(verdict_on("100", items, policy, kDayOfDoubt),
              "keep: damaged, found within 7 days of the newest");
    items[1].damaged_since = kDayOfDoubt - days{8};
    EXPECT_EQ(verdict_on("100", items, policy, kDayOfDoubt), "remove: damaged, older than 7 days");
}
