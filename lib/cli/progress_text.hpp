// How progress looks as text. No clock and no terminal in here.
//
// Thread-safety: pure functions.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pgkeep {

struct ProgressState {
    std::string phase;
    std::uint64_t done = 0;
    std::uint64_t total = 0;              // an estimate; 0: not known
    std::chrono::milliseconds elapsed{0}; // since the phase began
};

// Hundredths that are done, never 100 before the end is reached and never more.
[[nodiscard]] unsigned percent_done(ProgressState const &state) noexcept;

// `data         [#######           ]  42 %  120 MiB/s  12 s left`, at most `width` columns; without
// a total `data         1.2 GiB  120 MiB/s`.
[[nodiscard]] std::string format_progress_bar(ProgressState const &state, unsigned width);

// `data: 42 % of 1.2 GiB, 120 MiB/s, 12 s left`
[[nodiscard]] std::string format_progress_line(ProgressState const &state);

} // namespace pgkeep
