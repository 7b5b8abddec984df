// Calendar periods of a point in time, by name: the buckets that retention counts.
//
// Two times are in the same period exactly when the names are equal. Names also sort by time,
// except for the hour that a zone has twice on one night.
//
// The local calendar is that of the process's zone (TZ). Retention with UTC needs no zone and gives
// the same answer on every machine.
//
// Thread-safety: pure functions, except that Calendar::local reads the process's zone, which must
// not change meanwhile.

#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pgkeep {

enum class Calendar : std::uint8_t { utc = 0, local = 1 };

enum class Period : std::uint8_t { hourly = 0, daily = 1, weekly = 2, monthly = 3, yearly = 4 };

[[nodiscard]] std::string_view to_string(Period period) noexcept; // `daily`

// `2026-11-18 13:00` (local: `2026-10-25 02:00 +0100`, since that night has the hour twice),
// `2026-11-18`, `2026-W47` (ISO 8601: the week belongs to the year of its Thursday), `2026-11`,
// `2026`. Times outside the years 0 to 9999, which no archive name can hold, are in the first or
// last period.
[[nodiscard]] std::string period_name(Time time, Period period, Calendar calendar);

// `time`, or the nearest that an archive name can hold; differences of two such cannot overflow.
[[nodiscard]] Time clamp_to_calendar(Time time) noexcept;

} // namespace pgkeep
