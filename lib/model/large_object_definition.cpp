#include "model/large_object_definition.hpp"

#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pgkeep {

namespace {

constexpr std::string_view kLineEnds = "\n\r";

bool is_one_line(std::string_view text) {
    return text.find_first_of(kLineEnds) == std::string_view::npos;
}

std::string replaced(std::string_view text, std::string_view newline,
                     std::string_view carriage_return) {
    std::string out;
    for (char const c : text) {
        if (c == '\n') {
            out += newline;
        } else if (c == '\r') {
            out += carriage_return;
        } else {
            out += c;
        }
    }
    return out;
}

std::string with_escapes(std::string_view text) {
    std::string doubled;
    for (char const c : text) {
        doubled.append(c == '\\' ? 2 : 1, c);
    }
    return doubled;
}

// A name with a newline as U&"…": SQL has no other escape in a name.
std::string one_line_identifier(std::string_view name) {
    return is_one_line(name)
               ? quote_identifier(name)
               : "U&" + replaced(quote_identifier(with_escapes(name)), "\\000A", "\\000D");
}

std::string one_line_literal(std::string_view text) {
    std::string const literal = quote_literal(text);
    return is_one_line(text)
               ? literal
               : (literal.front() == 'E' ? "" : "E") + replaced(literal, "\\n", "\\r");
}

std::string role(std::optional<std::string> const &name) {
    return name ? one_line_identifier(*name) : "PUBLIC";
}

struct Beginning {
    std::string_view words;
    LargeObjectStatement kind;
};
constexpr std::array kBeginnings{
    Beginning{"SELECT pg_catalog.lo_create('", LargeObjectStatement::creation},
    Beginning{"ALTER LARGE OBJECT ", LargeObjectStatement::owner},
    Beginning{"REVOKE ALL ON LARGE OBJECT ", LargeObjectStatement::privileges},
    Beginning{"GRANT SELECT ON LARGE OBJECT ", LargeObjectStatement::privileges},
    Beginning{"GRANT UPDATE ON LARGE OBJECT ", LargeObjectStatement::privileges},
    Beginning{"GRANT SELECT, UPDATE ON LARGE OBJECT ", LargeObjectStatement::privileges},
    Beginning{"SET SESSION AUTHORIZATION ", LargeObjectStatement::privileges},
    Beginning{kGrantAsOneself, LargeObjectStatement::privileges},
    Beginning{"COMMENT ON LARGE OBJECT ", LargeObjectStatement::remark},
    Beginning{"SECURITY LABEL FOR ", LargeObjectStatement::remark},
};

} // namespace

std::string create_large_object(std::uint32_t oid) {
    return fmt::format("SELECT pg_catalog.lo_create('{}');", oid);
}

std::string own_large_object(std::uint32_t oid, std::string_view owner) {
    return fmt::format("ALTER LARGE OBJECT {} OWNER TO {};", oid, one_line_identifier(owner));
}

std::string revoke_large_object(std::uint32_t oid, std::optional<std::string> const &grantee) {
    return fmt::format("REVOKE ALL ON LARGE OBJECT {} FROM {};", oid, role(grantee));
}

std::string grant_large_object(std::uint32_t oid, std::string_view privileges,
                               std::optional<std::string> const &grantee, bool grant_option) {
    return fmt::format("GRANT {} ON LARGE OBJECT {} TO {}{};", privileges, oid, role(grantee),
                       grant_option ? " WITH GRANT OPTION" : "");
}

std::string grant_as(std::string_view grantor) {
    return fmt::format("SET SESSION AUTHORIZATION {};", one_line_identifier(grantor));
}

std::string comment_large_object(std::uint32_t oid, std::string_view comment) {
    return fmt::format("COMMENT ON LARGE OBJECT {} IS {};", oid, one_line_literal(comment));
}

std::string label_large_object(std::uint32_t oid, std::string_view provider,
                               std::string_view label) {
    return fmt::format("SECURITY LABEL FOR {} ON LARGE OBJECT {} IS {};",
                       one_line_identifier(provider), oid, one_line_literal(label));
}

std::optional<std::uint32_t> created_large_object(std::string_view line) {
    std::string_view const beginning = kBeginnings.front().words;
    std::uint32_t oid = 0;
    if (!line.starts_with(beginning)) {
        return std::nullopt;
    }
    auto const [end, error] =
        std::from_chars(line.data() + beginning.size(), line.data() + line.size(), oid);
    std::string_view const rest{end, static_cast<std::size_t>(line.data() + line.size() - end)};
    return error == std::errc{} && rest == "');" ? std::optional{oid} : std::nullopt;
}

std::optional<LargeObjectStatement> large_object_statement(std::string_view line) {
    auto const found = std::ranges::find_if(
        kBeginnings, [&](Beginning const &beginning) { return line.starts_with(beginning.words); });
    if (found == kBeginnings.end() || !line.ends_with(';')) {
        return std::nullopt;
    }
    return found->kind;
}

} // namespace pgkeep
