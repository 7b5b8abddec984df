#include "base/clock.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace pgkeep {

namespace {

struct CalendarTime {
    int year = 1970;
    unsigned month = 1;
    unsigned day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

CalendarTime utc_calendar(Time time) {
    auto const days = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{days};
    std::chrono::hh_mm_ss const clock{time - days};
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            static_cast<int>(clock.hours().count()),
            static_cast<int>(clock.minutes().count()),
            static_cast<int>(clock.seconds().count())};
}

bool is_valid(CalendarTime const &c) {
    std::chrono::year_month_day const date{std::chrono::year{c.year}, std::chrono::month{c.month},
                                           std::chrono::day{c.day}};
    return date.ok() && c.hour < 24 && c.minute < 60 && c.second < 60;
}

Time from_utc(CalendarTime const &c) {
    std::chrono::year_month_day const date{std::chrono::year{c.year}, std::chrono::month{c.month},
                                           std::chrono::day{c.day}};
    return Time{std::chrono::sys_days{date}} + std::chrono::hours{c.hour} +
           std::chrono::minutes{c.minute} + std::chrono::seconds{c.second};
}

Time from_local(CalendarTime const &c) {
    std::tm parts{};
    parts.tm_year = c.year - 1900;
    parts.tm_mon = static_cast<int>(c.month) - 1;
    parts.tm_mday = static_cast<int>(c.day);
    parts.tm_hour = c.hour;
    parts.tm_min = c.minute;
    parts.tm_sec = c.second;
    parts.tm_isdst = -1; // the zone's own rule for that day
    return Time{std::chrono::seconds{std::mktime(&parts)}};
}

std::tm local_parts(Time time) {
    std::time_t const seconds = time.time_since_epoch().count();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return parts;
}

// `text` against a picture in which Y M D h m s stand for digits; the digits of each field, or
// nothing.
std::optional<CalendarTime> match(std::string_view text, std::string_view picture) {
    if (text.size() != picture.size()) {
        return std::nullopt;
    }
    std::array<int, 6> fields{};
    constexpr std::string_view kLetters = "YMDhms";
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const field = kLetters.find(picture[i]);
        if (field == std::string_view::npos) {
            if (text[i] != picture[i]) {
                return std::nullopt;
            }
        } else if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        } else {
            fields.at(field) = fields.at(field) * 10 + (text[i] - '0');
        }
    }
    CalendarTime const calendar{fields[0],
                                static_cast<unsigned>(fields[1]),
                                static_cast<unsigned>(fields[2]),
                                fields[3],
                                fields[4],
                                fields[5]};
    return is_valid(calendar) ? std::optional{calendar} : std::nullopt;
}

// The first second of the local day that is `days` before that of `now`.
Time local_day(Time now, int days) {
    std::tm const parts = local_parts(now);
    CalendarTime day;
    day.year = parts.tm_year + 1900;
    day.month = static_cast<unsigned>(parts.tm_mon + 1);
    day.day = static_cast<unsigned>(parts.tm_mday);
    auto const date =
        std::chrono::floor<std::chrono::days>(from_utc(day)) - std::chrono::days{days};
    return from_local(utc_calendar(date));
}

} // namespace

Time utc_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string format_stamp(Time time) {
    CalendarTime const c = utc_calendar(time);
    return fmt::format("{:04}{:02}{:02}_{:02}{:02}{:02}", c.year, c.month, c.day, c.hour, c.minute,
                       c.second);
}

std::optional<Time> parse_stamp(std::string_view text) {
    auto const calendar = match(text, "YYYYMMDD_hhmmss");
    return calendar ? std::optional{from_utc(*calendar)} : std::nullopt;
}

std::string format_iso(Time time) {
    CalendarTime const c = utc_calendar(time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour,
                       c.minute, c.second);
}

std::optional<Time> parse_iso(std::string_view text) {
    auto const calendar = match(text, "YYYY-MM-DDThh:mm:ssZ");
    return calendar ? std::optional{from_utc(*calendar)} : std::nullopt;
}

std::string format_utc(Time time) {
    CalendarTime const c = utc_calendar(time);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour,
                       c.minute, c.second);
}

std::string format_local(Time time) {
    std::tm const parts = local_parts(time);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::optional<Time> parse_time(std::string_view text, Time now) {
    if (text == "now") {
        return now;
    }
    if (text == "today" || text == "yesterday") {
        return local_day(now, text == "today" ? 0 : 1);
    }
    if (auto const stamp = parse_stamp(text)) {
        return stamp;
    }
    bool const utc = text.ends_with('Z');
    if (utc) {
        text.remove_suffix(1);
    }
    for (std::string_view const picture : {"YYYY-MM-DD hh:mm:ss", "YYYY-MM-DDThh:mm:ss",
                                           "YYYY-MM-DD hh:mm", "YYYY-MM-DDThh:mm", "YYYY-MM-DD"}) {
        if (auto const calendar = match(text, picture)) {
            return utc ? from_utc(*calendar) : from_local(*calendar);
        }
    }
    return std::nullopt;
}

} // namespace pgkeep
