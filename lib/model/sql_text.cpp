#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace pgkeep {

namespace {

std::string doubled(std::string_view text, char quote) {
    std::string out;
    out.reserve(text.size() + 2);
    for (char const c : text) {
        out += c;
        if (c == quote) {
            out += c;
        }
    }
    return out;
}

// The length of the well-formed UTF-8 sequence at the front of `text`, 0 when there is none (RFC
// 3629).
std::size_t utf8_length(std::string_view text) noexcept {
    auto const byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    auto const continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    unsigned const lead = byte(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return continues(1) ? 2 : 0;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        bool const overlong = lead == 0xe0 && byte(1) < 0xa0;
        bool const surrogate = lead == 0xed && byte(1) >= 0xa0;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        bool const overlong = lead == 0xf0 && byte(1) < 0x90;
        bool const too_large = lead == 0xf4 && byte(1) >= 0x90;
        return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

bool is_control(std::string_view character) noexcept {
    auto const first = static_cast<unsigned char>(character[0]);
    // C1 controls (U+0080 … U+009F) are `C2 80` … `C2 9F`; terminals obey some of them.
    return first < 0x20 || first == 0x7f ||
           (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0);
}

} // namespace

std::string quote_identifier(std::string_view name) {
    return '"' + doubled(name, '"') + '"';
}

std::string quote_qualified(std::string_view schema, std::string_view name) {
    return quote_identifier(schema) + '.' + quote_identifier(name);
}

std::string quote_literal(std::string_view text) {
    std::string quoted = doubled(text, '\'');
    if (text.find('\\') == std::string_view::npos) {
        return '\'' + quoted + '\'';
    }
    return "E'" + doubled(quoted, '\\') + '\'';
}

std::string copy_in_statement(std::string_view schema, std::string_view table,
                              std::vector<std::string> const &columns) {
    std::string list;
    for (std::string const &column : columns) {
        list += list.empty() ? " (" : ", ";
        list += quote_identifier(column);
    }
    if (!list.empty()) {
        list += ')';
    }
    return "COPY " + quote_qualified(schema, table) + list + " FROM stdin;";
}

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t const length = utf8_length(text);
        if (length == 0 || is_control(text.substr(0, length))) {
            out += fmt::format("\\x{:02X}", static_cast<unsigned char>(text[0]));
            text.remove_prefix(1);
        } else {
            out += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return out;
}

std::string printable_name(std::string_view schema, std::string_view name) {
    return printable(schema) + '.' + printable(name);
}

bool is_valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        std::size_t const length = utf8_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

} // namespace pgkeep
