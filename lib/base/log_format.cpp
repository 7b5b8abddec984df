#include "base/log_format.hpp"

#include "base/printable.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pgkeep {

namespace {

std::string format_time(LogLine const &line) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(line.time);
    auto const milliseconds = (line.time - seconds).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), milliseconds);
}

// Tabs and line ends stay; each further line is indented.
std::string tame(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find_first_of("\t\n"), text.size());
        out += printable(text.substr(0, end));
        if (end < text.size()) {
            out += text[end] == '\n' ? "\n\t" : "\t";
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

} // namespace

std::string_view to_string(LogLevel level) noexcept {
    switch (level) {
    case LogLevel::debug:
        return "debug";
    case LogLevel::info:
        return "info";
    case LogLevel::warning:
        return "warning";
    case LogLevel::error:
        break;
    }
    return "error";
}

std::string format_text_line(LogLine const &line) {
    std::string text =
        fmt::format("{} {}: {}: ", format_time(line), line.program, to_string(line.level));
    if (!line.label.empty()) {
        text += '[' + tame(line.label) + "] ";
    }
    text += tame(line.message);
    if (!line.hint.empty()) {
        text += "\n\tHINT: " + tame(line.hint);
    }
    return text + '\n';
}

std::string format_failure_text(LogLine const &line) {
    std::string text =
        fmt::format("{}: {}: {}\n", line.program, to_string(line.level), tame(line.message));
    if (!line.hint.empty()) {
        text += "HINT: " + tame(line.hint) + '\n';
    }
    return text;
}

std::string format_json_line(LogLine const &line) {
    nlohmann::ordered_json object;
    object["time"] = format_time(line);
    object["level"] = to_string(line.level);
    object["program"] = line.program;
    if (!line.label.empty()) {
        object["label"] = line.label;
    }
    object["message"] = line.message;
    if (!line.hint.empty()) {
        object["hint"] = line.hint;
    }
    // ASCII only: the same text for a program, and nothing in it that could steer a terminal.
    return object.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

} // namespace pgkeep
