// Cuts the text of a script into what it consists of: statements, COPY data, comments, psql
// commands.
//
// Follows ScriptLexer, and so psql, to find where each ends; gives their whole text, unlike
// ScriptScanner. A byte-order mark is no part of the text; where lines end in CR LF the CR is no
// part of a row. The end of the text is never the end of COPY data: a block without its `\.` is
// never reported as ended.
//
// Thread-safety: one thread at a time.

#pragma once

#include "archive/script_lexer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pgkeep {

// What is done with the parts of a script. All texts are valid during the call only.
class ScriptParts {
public:
    ScriptParts() = default;
    virtual ~ScriptParts() = default;
    ScriptParts(ScriptParts const &) = delete;
    ScriptParts &operator=(ScriptParts const &) = delete;

    // With its semicolon and no comment in front. Any but COPY … FROM stdin.
    virtual void statement(std::string_view text, std::uint64_t line) = 0;
    virtual void comment(std::string_view text) = 0;
    // Behind the backslash. `alone`: nothing but blanks stands in front of it.
    virtual void command(std::string_view text, std::uint64_t line, bool alone) = 0;
    virtual void copy_begin(std::string_view statement, std::uint64_t line) = 0;
    // Any piece of the rows, not necessarily whole ones; each row ends in a newline.
    virtual void copy_data(std::string_view data) = 0;
    virtual void copy_end(std::uint64_t rows) = 0;
};

class ScriptSplitter {
public:
    // `parts` must outlive this. Throws what it throws.
    explicit ScriptSplitter(ScriptParts &parts) : parts_(parts) {}

    // Throws Error{damaged} for a statement above libpq's limit.
    void add(std::string_view piece);
    // A last line without its newline is a line, too.
    void finish();

    // Where the statement, comment or command that is handed on began.
    [[nodiscard]] std::uint64_t line() const noexcept { return lexer_.event_line(); }
    // standard_conforming_strings, as the statements so far have set it.
    [[nodiscard]] bool backslash_escapes() const noexcept { return backslash_escapes_; }

private:
    enum class Mode : std::uint8_t { begin, sql, rest_of_copy_line, copy_data };

    std::size_t add_begin(std::string_view piece);
    std::size_t add_sql(std::string_view piece);
    std::size_t add_rest_of_copy_line(std::string_view piece);
    std::size_t add_copy_data(std::string_view piece);
    void keep_partial(std::string_view part);
    [[nodiscard]] bool take_line(std::string_view line);
    void on_statement(std::string_view text);
    void on_command(std::string_view text);
    void end_copy();
    void set_backslash_escapes(bool on);

    ScriptParts &parts_;
    ScriptLexer lexer_;
    Mode mode_ = Mode::begin;
    bool backslash_escapes_ = false;
    std::string mark_;         // what may become a byte-order mark
    std::string text_;         // since the last event
    std::string partial_;      // of a COPY line: its beginning, or its last byte
    bool inside_line_ = false; // part of the COPY line was handed on
    bool crlf_ = false;
    std::uint64_t rows_ = 0;
};

// The value of `SET standard_conforming_strings = …`, when it is that: 1 on, 0 off, -1 neither.
[[nodiscard]] int conforming_strings_of(std::string_view statement);

} // namespace pgkeep
