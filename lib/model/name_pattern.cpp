#include "model/name_pattern.hpp"

#include "base/error.hpp"

#include <vector>

namespace pgkeep {

namespace {

bool is_regex_special(char c) noexcept {
    return std::string_view{"|*+?()[]{}.^$\\"}.find(c) != std::string_view::npos;
}

char folded(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_quoted(std::string &regex, char c) {
    if (is_regex_special(c)) {
        regex += '\\';
    }
    regex += c;
}

void append_unquoted(std::string &regex, char c) {
    switch (c) {
    case '*':
        regex += ".*";
        break;
    case '?':
        regex += '.';
        break;
    case '$': // legal in names, so it is no anchor here
        regex += "\\$";
        break;
    default:
        regex += folded(c);
    }
}

// The parts of `pattern` between dots outside quotes, as regular expressions without anchors.
std::vector<std::string> pattern_parts(std::string_view pattern) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        char const c = pattern[i];
        if (c == '"') {
            if (quoted && i + 1 < pattern.size() && pattern[i + 1] == '"') {
                parts.back() += '"';
                ++i;
            } else {
                quoted = !quoted;
            }
        } else if (quoted) {
            append_quoted(parts.back(), c);
        } else if (c == '.') {
            parts.emplace_back();
        } else {
            append_unquoted(parts.back(), c);
        }
    }
    return parts;
}

std::string anchored(std::string const &regex) {
    return "^(" + regex + ")$";
}

[[noreturn]] void refuse(std::string_view pattern) {
    throw Error{ErrorKind::usage,
                "improper name pattern (too many dotted names): " + std::string{pattern},
                "Write dots that belong to a name inside double quotes."};
}

} // namespace

NamePattern parse_table_pattern(std::string_view pattern) {
    auto const parts = pattern_parts(pattern);
    switch (parts.size()) {
    case 1:
        return {std::nullopt, anchored(parts[0])};
    case 2:
        return {anchored(parts[0]), anchored(parts[1])};
    default:
        refuse(pattern);
    }
}

std::string parse_name_pattern(std::string_view pattern) {
    auto const parts = pattern_parts(pattern);
    if (parts.size() != 1) {
        refuse(pattern);
    }
    return anchored(parts[0]);
}

} // namespace pgkeep
