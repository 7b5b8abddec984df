// Ages for retention: how long before the newest archive an archive was made.
//
// Age is not measured from the clock but from the newest archive that counts, so a cron that
// stopped drains nothing, and neither does a clock that runs ahead.
//
// A leap is a pause of more than half a year between two neighbours. A clock that failed for one
// night looks like that: the archive of that night is dated a year ahead, and by its date all
// others are too old. So the archives before the latest leap are measured from the newest of
// themselves, until those after it span the window too. After a real pause this means that the old
// archives stay until the new ones can replace them.
//
// Thread-safety: values and pure functions.

#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace pgkeep {

class Timeline {
public:
    // Times that clamp_to_calendar() made, newest first.
    explicit Timeline(std::vector<Time> const &newest_first);

    // From the newest back to `time`; negative for what is newer. An empty timeline: zero.
    [[nodiscard]] std::chrono::seconds age(Time time) const noexcept;
    // The same for one of its own archives, in view of a leap. Never more than age().
    [[nodiscard]] std::chrono::seconds age_in(std::chrono::seconds window, Time time) const;

private:
    bool empty_ = true;
    Time newest_{};
    Time oldest_after_leap_{}; // equal to before_leap_ when there is no leap
    Time before_leap_{};
};

// `7 days`, `1 d 12 h`; negative ones as `0 days`.
[[nodiscard]] std::string describe_window(std::chrono::seconds window);

} // namespace pgkeep
