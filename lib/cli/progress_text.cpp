#include "cli/progress_text.hpp"

#include "base/units.hpp"
#include "cli/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace pgkeep {

namespace {

using std::chrono::milliseconds;

// Before this much time a rate says nothing.
constexpr milliseconds kWarmUp{500};
constexpr std::size_t kWidestBar = 40;
constexpr std::size_t kNarrowestBar = 5;
constexpr std::size_t kPhaseWidth = 12;

std::optional<double> bytes_per_second(ProgressState const &state) {
    if (state.elapsed < kWarmUp || state.done == 0) {
        return std::nullopt;
    }
    return static_cast<double>(state.done) * 1000.0 / static_cast<double>(state.elapsed.count());
}

std::string rate_text(ProgressState const &state) {
    auto const rate = bytes_per_second(state);
    return rate ? format_size(static_cast<std::uint64_t>(*rate)) + "/s" : std::string{};
}

std::string remaining_text(ProgressState const &state) {
    auto const rate = bytes_per_second(state);
    if (!rate || state.done >= state.total) {
        return {};
    }
    auto const seconds = static_cast<double>(state.total - state.done) / *rate;
    return format_duration(std::chrono::seconds{static_cast<std::int64_t>(seconds) + 1}) + " left";
}

std::string join(std::string head, std::string const &tail, std::string_view separator) {
    return tail.empty() ? head : head.append(separator).append(tail);
}

} // namespace

unsigned percent_done(ProgressState const &state) noexcept {
    if (state.total == 0) {
        return 0;
    }
    double const share = static_cast<double>(state.done) / static_cast<double>(state.total);
    return static_cast<unsigned>(std::clamp(share * 100.0, 0.0, 100.0));
}

std::string format_progress_bar(ProgressState const &state, unsigned width) {
    std::string const head = fmt::format("{:<{}} ", state.phase, kPhaseWidth);
    if (state.total == 0) {
        return join(head + format_size(state.done), rate_text(state), "  ").substr(0, width);
    }
    std::string tail = fmt::format(" {:>3} %", percent_done(state));
    tail = join(join(tail, rate_text(state), "  "), remaining_text(state), "  ");
    std::size_t const taken = display_width(head) + tail.size() + 2;
    if (taken + kNarrowestBar > width) {
        return (head + tail).substr(0, width);
    }
    std::size_t const length = std::min(kWidestBar, width - taken);
    std::size_t const filled = length * percent_done(state) / 100;
    return head + '[' + std::string(filled, '#') + std::string(length - filled, ' ') + ']' + tail;
}

std::string format_progress_line(ProgressState const &state) {
    std::string line = state.phase + ": ";
    line += state.total == 0
                ? format_size(state.done)
                : fmt::format("{} % of {}", percent_done(state), format_size(state.total));
    return join(join(line, rate_text(state), ", "), remaining_text(state), ", ");
}

} // namespace pgkeep
