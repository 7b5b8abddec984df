#include "model/calendar.hpp"
#include "model/retention_sample.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

namespace {

std::string name_in_utc(std::string_view time, Period period) {
    return period_name(utc(time), period, Calendar::utc);
}

std::string name_in_berlin(std::string_view time, Period period) {
    ZoneForTest const zone{kBerlin};
    return period_name(utc(time), period, Calendar::local);
}

} // namespace

TEST(Calendar, NamesEachPeriod) {
    EXPECT_EQ(name_in_utc("2026-11-18 13:59:59", Period::hourly), "2026-11-18 13:00");
    EXPECT_EQ(name_in_utc("2026-11-18 13:59:59", Period::daily), "2026-11-18");
    EXPECT_EQ(name_in_utc("2026-11-18 13:59:59", Period::weekly), "2026-W47");
    EXPECT_EQ(name_in_utc("2026-11-18 13:59:59", Period::monthly), "2026-11");
    EXPECT_EQ(name_in_utc("2026-11-18 13:59:59", Period::yearly), "2026");
}

TEST(Calendar, GivesAWeekToTheYearOfItsThursday) {
    EXPECT_EQ(name_in_utc("2024-12-29", Period::weekly), "2024-W52");
    EXPECT_EQ(name_in_utc("2024-12-30", Period::weekly), "2025-W01");
    EXPECT_EQ(name_in_utc("2021-01-03 23:59:59", Period::weekly), "2020-W53");
    EXPECT_EQ(name_in_utc("2021-01-04", Period::weekly), "2021-W01");
    EXPECT_EQ(name_in_utc("2027-01-01", Period::weekly), "2026-W53");
}

TEST(Calendar, KnowsLeapDays) {
    EXPECT_EQ(name_in_utc("2024-02-29 23:59:59", Period::daily), "2024-02-29");
    EXPECT_EQ(name_in_utc("2024-02-29 23:59:59", Period::monthly), "2024-02");
    EXPECT_EQ(name_in_utc("2024-02-29", Period::weekly), "2024-W09");
    EXPECT_EQ(name_in_utc("2100-03-01", Period::daily), "2100-03-01");
}

TEST(Calendar, TellsApartTheTwoEqualHoursOfAnAutumnNight) {
    EXPECT_EQ(name_in_berlin("2025-10-26 00:30:00", Period::hourly), "2025-10-26 02:00 +0200");
    EXPECT_EQ(name_in_berlin("2025-10-26 01:30:00", Period::hourly), "2025-10-26 02:00 +0100");
}

TEST(Calendar, SkipsTheHourThatASpringNightLacks) {
    EXPECT_EQ(name_in_berlin("2025-03-30 00:30:00", Period::hourly), "2025-03-30 01:00 +0100");
    EXPECT_EQ(name_in_berlin("2025-03-30 01:30:00", Period::hourly), "2025-03-30 03:00 +0200");
}

TEST(Calendar, BeginsTheLocalDayAtLocalMidnight) {
    EXPECT_EQ(name_in_berlin("2025-10-25 21:59:59", Period::daily), "2025-10-25");
    EXPECT_EQ(name_in_berlin("2025-10-25 22:00:00", Period::daily), "2025-10-26");
    EXPECT_EQ(name_in_berlin("2025-12-31 23:00:00", Period::yearly), "2026");
    EXPECT_EQ(name_in_berlin("2024-02-28 23:30:00", Period::daily), "2024-02-29");
}

TEST(Calendar, NamesHoursOfZonesWithHalfHours) {
    ZoneForTest const zone{"NST3:30"};
    EXPECT_EQ(period_name(utc("2025-06-01 03:00:00"), Period::hourly, Calendar::local),
              "2025-05-31 23:00 -0330");
}

TEST(Calendar, EndsWhereArchiveNamesEnd) {
    ZoneForTest const zone{kBerlin};
    for (Calendar const calendar : {Calendar::utc, Calendar::local}) {
        EXPECT_EQ(period_name(Time::min(), Period::yearly, calendar), "0000");
        EXPECT_EQ(period_name(Time::max(), Period::daily, calendar), "9999-12-31");
        EXPECT_FALSE(period_name(Time::min(), Period::weekly, calendar).empty());
    }
}
