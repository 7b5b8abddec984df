#include "model/retention_window.hpp"

#include "base/units.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

// Longer than the pauses of any sensible schedule, shorter than the year by which a clock with a
// wrong date is usually off.
constexpr std::chrono::days kLeap{180};

} // namespace

Timeline::Timeline(std::vector<Time> const &newest_first) {
    if (newest_first.empty()) {
        return;
    }
    empty_ = false;
    newest_ = newest_first.front();
    auto const leap = std::adjacent_find(newest_first.begin(), newest_first.end(),
                                         [](Time a, Time b) { return a - b > kLeap; });
    if (leap != newest_first.end()) {
        oldest_after_leap_ = *leap;
        before_leap_ = *std::next(leap);
    }
}

std::chrono::seconds Timeline::age(Time time) const noexcept {
    return empty_ ? std::chrono::seconds{0} : newest_ - time;
}

std::chrono::seconds Timeline::age_in(std::chrono::seconds window, Time time) const {
    bool const has_leap = oldest_after_leap_ != before_leap_;
    if (has_leap && time <= before_leap_ && newest_ - oldest_after_leap_ < window) {
        return before_leap_ - time;
    }
    return age(time);
}

std::string describe_window(std::chrono::seconds window) {
    // No archive is older, and milliseconds of it fit.
    constexpr std::chrono::seconds kLongest = std::chrono::days{10'000'000};
    window = std::clamp(window, std::chrono::seconds{0}, kLongest);
    auto const days = std::chrono::floor<std::chrono::days>(window);
    if (days == window) {
        return format_count(static_cast<std::uint64_t>(days.count()), "day");
    }
    return format_duration(window);
}

} // namespace pgkeep
