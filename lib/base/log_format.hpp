// How one line of the log looks, as text and as JSON. Only lib/base/log.cpp and its tests need
// this.
//
// Thread-safety: pure functions.

#pragma once

#include "base/log.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace pgkeep {

struct LogLine {
    std::chrono::sys_time<std::chrono::milliseconds> time{};
    std::string_view program;
    LogLevel level = LogLevel::info;
    std::string_view label;
    std::string_view message;
    std::string_view hint; // of an error that ends the program, else empty
};

[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

// `2026-01-12T12:00:00.123Z pgkeep-backup: warning: [worker 2] message`. What printable()
// replaces becomes `\xNN`, so that what a server says cannot steer a terminal; further lines of the
// message are indented by a tab.
[[nodiscard]] std::string format_text_line(LogLine const &line);

// `pgkeep-backup: error: message` and `HINT: hint`.
[[nodiscard]] std::string format_failure_text(LogLine const &line);

// One object with time, level, program, message, and label and hint where there are any. Bytes that
// are not UTF-8 become the replacement character, and all but ASCII is escaped.
[[nodiscard]] std::string format_json_line(LogLine const &line);

} // namespace pgkeep
