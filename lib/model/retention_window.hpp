// Ages for retention: how long before the newest archive an archive was made.
//
// Age is not measured from the clock but from the newest archive that counts, so a cron that
// stopped drains nothing, and neither does a clock that runs ahead.
//
// A leap of a window is a pause between two neighbours that is longer than the window, or than half
// a year. A clock that failed for one night looks like that: the archive of that night is dated
// ahead, and by its date all others are too old. So the archives before the latest leap are
// measured from the newest of themselves, until those after it span the window too. After a real
// pause this means that the old archives stay until the new ones can replace them.
//
// Thread-safety: values and pure functions.

#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

// Where the archives stand from which a window starts: the newest, and the newest before a leap.
class Window {
public:
    // From the newest back to `time`; negative for what is newer. No archives: zero.
    [[nodiscard]] std::chrono::seconds age(Time time) const noexcept;
    // The same in view of a leap. Never more than age().
    [[nodiscard]] std::chrono::seconds age_over_leap(Time time) const noexcept;

private:
    friend class Timeline;

    std::optional<Time> newest_;
    std::optional<Time> before_leap_; // set while those after the leap do not span the window
};

class Timeline {
public:
    // Times that clamp_to_calendar() made, newest first.
    explicit Timeline(std::vector<Time> newest_first) : times_(std::move(newest_first)) {}

    [[nodiscard]] Window window(std::chrono::seconds length) const;

private:
    std::vector<Time> times_;
};

// `7 days`, `1 d 12 h`; negative ones as `0 days`.
[[nodiscard]] std::string describe_window(std::chrono::seconds window);

} // namespace pgkeep
