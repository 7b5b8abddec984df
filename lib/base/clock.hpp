// Points in time as this project writes and reads them: UTC, whole seconds.
//
// Decisions never call the clock themselves: they get `now` as an argument. Only main() and the
// operations' entry points ask utc_now().
//
// Thread-safety: pure functions, except utc_now(), which reads the system clock.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

using Time = std::chrono::sys_seconds;

[[nodiscard]] Time utc_now();

// `20260112_120000`, the form in archive names.
[[nodiscard]] std::string format_stamp(Time time);
// Exactly that form with a valid calendar date and time of day, else nothing.
[[nodiscard]] std::optional<Time> parse_stamp(std::string_view text);

// `2026-01-12T12:00:00Z`, the form in manifests and reports.
[[nodiscard]] std::string format_iso(Time time);
[[nodiscard]] std::optional<Time> parse_iso(std::string_view text);

// `2026-01-12 12:00:00` in UTC or in the zone of the process, for people.
[[nodiscard]] std::string format_utc(Time time);
[[nodiscard]] std::string format_local(Time time);

// A time as operators type it: a stamp, an ISO time with or without `T`, seconds and `Z`, a date
// (its first second), `now`, `today`, `yesterday`. Without `Z` it is local time, except a stamp,
// which is UTC as in archive names.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text, Time now);

} // namespace pgkeep
