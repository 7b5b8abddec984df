#include "model/sql_text.hpp"

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

std::string quoted_name(std::string_view name) {
    return '"' + printable(name) + '"';
}

std::string printable_name(std::string_view schema, std::string_view name) {
    return printable(schema) + '.' + printable(name);
}

} // namespace pgkeep
