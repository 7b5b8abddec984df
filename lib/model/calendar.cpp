#include "model/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace pgkeep {

namespace {

using std::chrono::sys_days;

constexpr Time kFirst{sys_days{std::chrono::year{0} / 1 / 1}};
constexpr Time kLast{sys_days{std::chrono::year{9999} / 12 / 31} + std::chrono::hours{24} -
                     std::chrono::seconds{1}};

// How far the zone's clocks were ahead of UTC then.
std::chrono::seconds zone_offset(Time time, Calendar calendar) {
    if (calendar == Calendar::utc) {
        return std::chrono::seconds{0};
    }
    std::time_t const seconds = time.time_since_epoch().count();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return std::chrono::seconds{parts.tm_gmtoff};
}

std::string hour_name(Time wall, std::chrono::seconds offset, Calendar calendar) {
    auto const day = std::chrono::floor<std::chrono::days>(wall);
    std::chrono::year_month_day const date{day};
    auto const hour = std::chrono::floor<std::chrono::hours>(wall - day).count();
    std::string name =
        fmt::format("{:04}-{:02}-{:02} {:02}:00", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), hour);
    if (calendar == Calendar::local) {
        auto const minutes = std::chrono::floor<std::chrono::minutes>(offset).count();
        auto const size = minutes < 0 ? -minutes : minutes;
        name += fmt::format(" {}{:02}{:02}", offset.count() < 0 ? '-' : '+', size / 60, size % 60);
    }
    return name;
}

std::string week_name(sys_days day) {
    auto const weekday = std::chrono::weekday{day}.iso_encoding();
    sys_days const thursday = day + std::chrono::days{4} - std::chrono::days{weekday};
    std::chrono::year const year = std::chrono::year_month_day{thursday}.year();
    auto const week = (thursday - sys_days{year / 1 / 1}).count() / 7 + 1;
    return fmt::format("{:04}-W{:02}", static_cast<int>(year), week);
}

} // namespace

std::string_view to_string(Period period) noexcept {
    constexpr std::array<std::string_view, 5> kNames{"hourly", "daily", "weekly", "monthly",
                                                     "yearly"};
    return kNames.at(static_cast<std::size_t>(period));
}

Time clamp_to_calendar(Time time) noexcept {
    return std::clamp(time, kFirst, kLast);
}

std::string period_name(Time time, Period period, Calendar calendar) {
    time = clamp_to_calendar(time);
    auto const offset = zone_offset(time, calendar);
    Time const wall = clamp_to_calendar(time + offset);
    sys_days const day = std::chrono::floor<std::chrono::days>(wall);
    std::chrono::year_month_day const date{day};
    int const year = static_cast<int>(date.year());
    switch (period) {
    case Period::hourly:
        return hour_name(wall, offset, calendar);
    case Period::daily:
        return fmt::format("{:04}-{:02}-{:02}", year, static_cast<unsigned>(date.month()),
                           static_cast<unsigned>(date.day()));
    case Period::weekly:
        return week_name(day);
    case Period::monthly:
        return fmt::format("{:04}-{:02}", year, static_cast<unsigned>(date.month()));
    case Period::yearly:
        break;
    }
    return fmt::format("{:04}", year);
}

} // namespace pgkeep
