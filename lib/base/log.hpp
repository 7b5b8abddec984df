// The log of a run, on stderr and optionally in a file, as text or as one JSON object a line.
//
// A thin front for spdlog that adds what this program needs: a label for the connection or worker
// that speaks, and redaction, so that a registered secret never reaches any sink. Results are not
// log: they go to stdout and are printed by lib/cli.
//
// Thread-safety: all functions may be called from any thread. start_logging() is called once by
// main(); before that, warnings and errors go to stderr as text.

#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pgkeep {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };

struct LogOptions {
    LogLevel level = LogLevel::warning; // of stderr; a file also gets `info`
    LogFormat format = LogFormat::text;
    std::string file{}; // empty = stderr only; appended to, mode 0600
};

// Throws Error{configuration} when the file cannot be opened.
void start_logging(LogOptions const &options);

// From now on every occurrence of `secret` in a message is written as `***`; of one that could be
// an ordinary word (`table`, `a`) only where it stands as a password, see base/redaction.hpp.
void redact_in_log(std::string const &secret);

// `text` with every registered secret replaced; for error texts that do not go through the log.
[[nodiscard]] std::string redacted(std::string_view text);

// Names what this thread works for (`worker 2`, `keeper`) while it lives; labels nest, the
// innermost shows.
class LogLabel {
public:
    explicit LogLabel(std::string label);
    ~LogLabel();
    LogLabel(LogLabel const &) = delete;
    LogLabel &operator=(LogLabel const &) = delete;

private:
    std::string previous_;
};

[[nodiscard]] bool log_enabled(LogLevel level) noexcept;
void log_message(LogLevel level, std::string_view message);

// The error that ends the program. As text on stderr it is `<program>: error: <message>` and `HINT:
// <hint>`, without a time, as PostgreSQL's own programs write it; elsewhere it is a line like any
// other, with the hint.
void log_failure(std::string_view message, std::string_view hint);

// Called before each line that goes to stderr, so that a progress bar can get out of the way;
// empty: nothing. It must not log.
void before_stderr_line(std::function<void()> action);

template <typename... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args &&...args) {
    if (log_enabled(level)) {
        log_message(level, fmt::format(format, std::forward<Args>(args)...));
    }
}

} // namespace pgkeep
