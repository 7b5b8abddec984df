#include "base/log_format.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

namespace pgkeep {

namespace {

std::string format_time(LogLine const &line) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(line.time);
    auto const milliseconds = (line.time - seconds).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), milliseconds);
}

std::string tame(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\n\t";
        } else if (c != '\t' && (byte < 0x20 || byte == 0x7f)) {
            out += fmt::format("\\x{:02X}", byte);
        } else {
            out += c;
        }
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
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

} // namespace pgkeep
