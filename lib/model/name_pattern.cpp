#include "model/name_pattern.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"

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

// What is between two dots: as a regular expression without anchors, and with nothing special but
// quotes and case.
struct Part {
    std::string regex;
    std::string literal;
};

void append(Part &part, char c, bool quoted) {
    if (quoted) {
        append_quoted(part.regex, c);
    } else {
        append_unquoted(part.regex, c);
    }
    part.literal += quoted ? c : folded(c);
}

std::vector<Part> pattern_parts(std::string_view pattern) {
    std::vector<Part> parts(1);
    bool quoted = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        char const c = pattern[i];
        if (c == '"') {
            if (quoted && i + 1 < pattern.size() && pattern[i + 1] == '"') {
                append(parts.back(), '"', true);
                ++i;
            } else {
                quoted = !quoted;
            }
        } else if (!quoted && c == '.') {
            parts.emplace_back();
        } else {
            if (!quoted && pattern.substr(i, 2) == "[]") { // an array type rather than a set
                parts.back().regex += '\\';
            }
            append(parts.back(), c, quoted);
        }
    }
    return parts;
}

std::string anchored(Part const &part) {
    return "^(" + part.regex + ")$";
}

[[noreturn]] void refuse(std::string_view pattern) {
    throw Error{ErrorKind::usage,
                "improper name pattern (too many dotted names): " + printable(pattern),
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
    case 3:
        return {anchored(parts[1]), anchored(parts[2]), parts[0].literal};
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
