#include "verify/assertions.hpp"

#include "archive/script_lexer.hpp"
#include "archive/sql_tokens.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "model/sql_text.hpp"
#include "pg/drill_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::string_view kObject = "assertion "; // and FILE:LINE

constexpr std::uint64_t kLargestFile = 64 << 20;
constexpr std::size_t kShownStatement = 60;

[[noreturn]] void refuse(std::string const &file, std::uint64_t line, std::string const &what) {
    throw Error{ErrorKind::usage, fmt::format("{}, line {}: {}", printable(file), line, what),
                "Write plain SQL statements, each of which returns one row whose first column is "
                "true."};
}

// Without what stands in front of it and the semicolon behind it; empty when nothing is left.
std::string_view bare_statement(std::string_view text) {
    SqlTokens tokens{text};
    while (tokens.take(";")) {
    }
    tokens.pass_over_blanks();
    text.remove_prefix(tokens.position());
    while (!text.empty() && std::string_view{"; \t\r\n"}.find(text.back()) != text.npos) {
        text.remove_suffix(1);
    }
    return text;
}

std::string first_words(std::string_view sql) {
    std::string text = printable(sql.substr(0, kShownStatement));
    std::ranges::replace(text, '\n', ' ');
    return text + (sql.size() > kShownStatement ? " …" : "");
}

std::string read_file(std::string const &path) {
    try {
        FileSource const source{path};
        if (source.size() > kLargestFile) {
            throw Error{ErrorKind::usage,
                        printable(path) + " is too large for a file of assertions"};
        }
        Bytes bytes(source.size());
        source.read_at(0, bytes);
        return std::string{as_text(bytes)};
    } catch (Error const &error) { // before anything was started, whatever the reason is
        throw Error{ErrorKind::usage, error.what(), error.hint()};
    }
}

} // namespace

std::string Assertion::object() const {
    return fmt::format("{}{}:{}", kObject, file, line);
}

std::vector<Assertion> parse_assertions(std::string_view text, std::string const &file) {
    // The last statement needs no semicolon.
    std::string const whole = std::string{text} + "\n;\n";
    std::vector<Assertion> assertions;
    ScriptLexer lexer;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < whole.size();) {
        auto const step = lexer.next(std::string_view{whole}.substr(at));
        at += step.used;
        if (step.event == ScriptLexer::Event::none) {
            break;
        }
        if (step.event == ScriptLexer::Event::command) {
            refuse(file, lexer.event_line(), "a command of psql, which is not run here");
        }
        std::string_view const sql =
            step.event == ScriptLexer::Event::statement
                ? bare_statement(std::string_view{whole}.substr(begin, at - begin))
                : std::string_view{};
        begin = at;
        if (sql.empty()) {
            continue;
        }
        if (is_keyword_token(SqlTokens{sql}.next(), "copy")) {
            refuse(file, lexer.event_line(), "COPY, which returns no row");
        }
        assertions.push_back({file, lexer.event_line(), std::string{sql}});
    }
    if (auto const open = lexer.open_construct(); !open.empty()) {
        refuse(file, lexer.open_line(), fmt::format("{} does not end", open));
    }
    return assertions;
}

std::vector<Assertion> read_assertions(std::vector<std::string> const &files) {
    std::vector<Assertion> all;
    for (std::string const &file : files) {
        auto assertions = parse_assertions(read_file(file), file);
        if (assertions.empty()) {
            throw Error{ErrorKind::usage, printable(file) + " has no statement in it",
                        "An assertion is a statement such as `SELECT count(*) > 0 FROM users;`."};
        }
        std::ranges::move(assertions, std::back_inserter(all));
    }
    return all;
}

std::vector<Finding> check_assertions(Connection &connection,
                                      std::vector<Assertion> const &assertions) {
    begin_assertions(connection, std::ranges::all_of(assertions, [](Assertion const &assertion) {
                         return is_valid_utf8(assertion.sql);
                     }));
    std::vector<Finding> findings;
    for (Assertion const &assertion : assertions) {
        if (auto const complaint = complaint_of_assertion(connection, assertion.sql)) {
            findings.push_back({std::nullopt, assertion.object(),
                                fmt::format("`{}` {}", first_words(assertion.sql), *complaint)});
        }
    }
    return findings;
}

bool is_of_assertion(Finding const &finding) {
    return finding.object.starts_with(kObject);
}

} // namespace pgkeep
