// Retention on the nights that a calendar makes odd.

#include "model/retention_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

using namespace pgkeep;
using testing::ElementsAre;

namespace {

Time const kNewYear = utc("2026-01-01");

} // namespace

TEST(RetentionCalendar, CountsLocalDaysWhenAskedTo) {
    ZoneForTest const zone{kBerlin};
    auto const items = all_proven_at({"2025-04-29 21:30:00", "2025-04-29 22:30:00"});
    RetentionPolicy policy;
    policy.daily = 1;
    EXPECT_THAT(kept(items, policy, kNewYear), ElementsAre("2025-04-29 22:30:00"));
    policy.daily = 2;
    policy.calendar = Calendar::local;
    EXPECT_EQ(decision_text(items, policy, kNewYear),
              "2025-04-29 21:30:00  keep: daily 2025-04-29\n"
              "2025-04-29 22:30:00  keep: newest proven archive; daily 2025-04-30\n");
}

TEST(RetentionCalendar, KeepsBothEqualHoursOfAnAutumnNight) {
    ZoneForTest const zone{kBerlin};
    RetentionPolicy policy;
    policy.hourly = 2;
    policy.calendar = Calendar::local;
    EXPECT_THAT(
        kept(all_proven_at({"2025-10-25 23:30:00", "2025-10-26 00:30:00", "2025-10-26 01:30:00"}),
             policy, kNewYear),
        ElementsAre("2025-10-26 00:30:00", "2025-10-26 01:30:00"));
}

TEST(RetentionCalendar, KeepsOneOfEachLocalDayAcrossBothChangesOfTheClock) {
    ZoneForTest const zone{kBerlin};
    RetentionPolicy policy;
    policy.daily = 3;
    policy.calendar = Calendar::local;
    // 00:30 local time each: 23 and 25 hours apart on the days of the change.
    for (auto const &times :
         {std::array{"2025-03-28 23:30:00", "2025-03-29 23:30:00", "2025-03-30 22:30:00"},
          std::array{"2025-10-24 22:30:00", "2025-10-25 22:30:00", "2025-10-26 23:30:00"}}) {
        EXPECT_EQ(kept(all_proven_at({times[0], times[1], times[2]}), policy, kNewYear).size(), 3U);
    }
}

TEST(RetentionCalendar, CountsTheLeapDay) {
    RetentionPolicy policy;
    policy.daily = 2;
    EXPECT_THAT(
        kept(all_proven_at({"2024-02-28 12:00:00", "2024-02-29 12:00:00", "2024-03-01 12:00:00"}),
             policy, kNewYear),
        ElementsAre("2024-02-29 12:00:00", "2024-03-01 12:00:00"));
}
