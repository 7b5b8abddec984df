#include "backup/schema_text.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <array>

namespace pgkeep {

namespace {

constexpr std::string_view kRestrict = "\n\\restrict ";
constexpr std::string_view kFirstSetting = "\nSET ";
constexpr std::string_view kClosing = "--\n-- PostgreSQL database dump complete\n--\n";
constexpr std::string_view kUnrestrict = "\\unrestrict ";
// Settings of the prologue that came after the oldest server that is backed up to, as pg_restore
// writes them.
struct LateSetting {
    std::string_view name;
    std::string_view value;
};
constexpr std::array<LateSetting, 1> kLateSettings{{{"transaction_timeout", "0"}}}; // 17
// The closing comment, `\unrestrict` and its key (at most 63 characters) with empty lines.
constexpr std::size_t kLongestTail = 512;

bool is_blank(std::string_view text) {
    return text.find_first_not_of('\n') == std::string_view::npos;
}

// Whether `text` is nothing but empty lines and one `\unrestrict KEY`.
bool is_frame_end(std::string_view text) {
    std::size_t const command = text.find(kUnrestrict);
    if (command == std::string_view::npos) {
        return is_blank(text);
    }
    std::size_t const end = text.find('\n', command);
    return is_blank(text.substr(0, command)) && end != std::string_view::npos &&
           is_blank(text.substr(end));
}

} // namespace

SchemaTextFilter::SchemaTextFilter(RestrictLine restrict_line,
                                   std::function<void(std::string_view)> sink)
    : restrict_line_(restrict_line), sink_(std::move(sink)) {
}

void SchemaTextFilter::add(std::string_view piece) {
    held_ += piece;
    if (!prologue_done_) {
        take_prologue();
    }
    if (prologue_done_ && held_.size() > kLongestTail) {
        std::size_t const ready = held_.size() - kLongestTail;
        sink_(std::string_view{held_}.substr(0, ready));
        held_.erase(0, ready);
    }
}

void SchemaTextFilter::take_prologue() {
    std::size_t const settings = held_.find(kFirstSetting);
    // An empty line ends the settings.
    std::size_t const settings_end =
        settings == std::string::npos ? settings : held_.find("\n\n", settings + 1);
    if (settings_end == std::string::npos) {
        return;
    }
    prologue_done_ = true;
    soften_late_settings(settings, settings_end);
    std::size_t const command = held_.find(kRestrict);
    if (command > settings) {
        return;
    }
    std::size_t const key = command + kRestrict.size();
    std::size_t const end = held_.find('\n', key);
    key_ = held_.substr(key, end - key);
    if (restrict_line_ == RestrictLine::drop) {
        held_.erase(command, end - command);
    }
}

// A setting that the server does not know is none that could disturb there.
void SchemaTextFilter::soften_late_settings(std::size_t begin, std::size_t end) {
    for (auto const &[name, value] : kLateSettings) {
        std::string const line = fmt::format("\nSET {} = {};\n", name, value);
        std::size_t const found = held_.find(line, begin);
        if (found < end) {
            held_.replace(found, line.size(),
                          fmt::format("\nSELECT pg_catalog.set_config(name, '{}', false) FROM "
                                      "pg_catalog.pg_settings WHERE name = '{}';\n",
                                      value, name));
        }
    }
}

void SchemaTextFilter::finish() {
    std::size_t const closing = held_.rfind(kClosing);
    if (!prologue_done_ || closing == std::string::npos ||
        !is_frame_end(std::string_view{held_}.substr(closing + kClosing.size()))) {
        throw Error{ErrorKind::failed, "the schema that pg_restore wrote is not complete"};
    }
    sink_(std::string_view{held_}.substr(0, closing));
    held_.clear();
}

} // namespace pgkeep
