#include "model/retention_window.hpp"

#include "base/units.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

// For long windows: longer than the pauses of any sensible schedule, shorter than the year by which
// a clock with a wrong date is usually off.
constexpr std::chrono::days kLongestPause{180};

} // namespace

Window Timeline::window(std::chrono::seconds length) const {
    Window window;
    if (times_.empty()) {
        return window;
    }
    window.newest_ = times_.front();
    auto const pause = std::min<std::chrono::seconds>(length, kLongestPause);
    auto const leap = std::adjacent_find(times_.begin(), times_.end(),
                                         [=](Time a, Time b) { return a - b > pause; });
    if (leap != times_.end() && times_.front() - *leap < length) {
        window.before_leap_ = *std::next(leap);
    }
    return window;
}

std::chrono::seconds Window::age(Time time) const noexcept {
    return newest_ ? *newest_ - time : std::chrono::seconds{0};
}

std::chrono::seconds Window::age_over_leap(Time time) const noexcept {
    return before_leap_ && time <= *before_leap_ ? *before_leap_ - time : age(time);
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
