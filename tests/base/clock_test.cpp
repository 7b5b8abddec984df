#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

using namespace pgkeep;
using namespace std::chrono_literals;

namespace {

Time at(int year, unsigned month, unsigned day, std::chrono::seconds clock = 0s) {
    return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                                 static_cast<int>(day)} +
           clock;
}

// Local time as in Berlin, without any zone file: UTC+1, in summer UTC+2.
class LocalTime : public testing::Test {
protected:
    void SetUp() override { set("CET-1CEST,M3.5.0,M10.5.0/3"); }
    void TearDown() override { set("UTC0"); }
    static void set(char const *zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
    }
};

} // namespace

TEST(Clock, WritesAndReadsStamps) {
    Time const time = at(2026, 1, 12, 12h + 34min + 56s);
    EXPECT_EQ(format_stamp(time), "20260112_123456");
    EXPECT_EQ(parse_stamp("20260112_123456"), time);
}

TEST(Clock, RefusesStampsThatAreNoDates) {
    for (char const *text :
         {"20260230_120000", "20260112_240000", "20260112_126000", "20261312_000000",
          "2026011_1200000", "20260112120000", "20260112_12000x", "20260112_1200000", ""}) {
        EXPECT_FALSE(parse_stamp(text)) << text;
    }
    EXPECT_TRUE(parse_stamp("20240229_000000"));
}

TEST(Clock, WritesAndReadsIsoTimes) {
    Time const time = at(2026, 1, 12, 12h);
    EXPECT_EQ(format_iso(time), "2026-01-12T12:00:00Z");
    EXPECT_EQ(parse_iso("2026-01-12T12:00:00Z"), time);
    EXPECT_FALSE(parse_iso("2026-01-12 12:00:00Z"));
    EXPECT_EQ(format_utc(time), "2026-01-12 12:00:00");
}

TEST_F(LocalTime, IsMeantWithoutZ) {
    Time const now = at(2026, 1, 20);
    EXPECT_EQ(parse_time("2026-01-12 12:00", now), at(2026, 1, 12, 11h));
    EXPECT_EQ(parse_time("2026-01-12T12:00:30", now), at(2026, 1, 12, 11h + 30s));
    EXPECT_EQ(parse_time("2026-01-12T12:00Z", now), at(2026, 1, 12, 12h));
    EXPECT_EQ(parse_time("2026-07-12", now), at(2026, 7, 11, 22h));
    EXPECT_EQ(parse_time("20260112_120000", now), at(2026, 1, 12, 12h));
}

TEST_F(LocalTime, HasDaysOfItsOwn) {
    Time const now = at(2026, 1, 11, 23h + 30min); // half past midnight on the 12th in Berlin
    EXPECT_EQ(parse_time("today", now), at(2026, 1, 11, 23h));
    EXPECT_EQ(parse_time("yesterday", now), at(2026, 1, 10, 23h));
    EXPECT_EQ(parse_time("now", now), now);
    EXPECT_EQ(format_local(now), "2026-01-12 00:30:00");
}

TEST(Clock, RefusesWhatIsNoTime) {
    for (char const *text :
         {"", "tomorrow", "12:00", "2026-01-32", "2026-1-1", "latest", "2026-01-12Z12"}) {
        EXPECT_FALSE(parse_time(text, Time{})) << text;
    }
}
