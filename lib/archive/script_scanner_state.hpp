// The state of a ScriptScanner. Private to script_scanner*.cpp: one file feeds the modes, the other
// understands statements, comments and commands.

#pragma once

#include "archive/copy_lines.hpp"
#include "archive/script_lexer.hpp"
#include "archive/script_scanner.hpp"

#include <functional>
#include <map>
#include <optional>

namespace pgkeep {

class ScriptScanner::State {
public:
    void add(std::string_view piece);
    ScriptReport finish();

private:
    enum class Mode : std::uint8_t { begin, sql, copy_statement_line, copy_data };

    std::size_t add_begin(std::string_view piece);
    std::size_t add_sql(std::string_view piece);
    std::size_t add_copy_statement_line(std::string_view piece);
    std::size_t add_copy_data(std::string_view piece);
    void look_for_zero_byte(std::string_view piece);

    void on_statement();
    void on_call(std::string_view text);
    void on_comment();
    void on_manifest_line(std::string_view text);
    void on_command();
    void on_restrict(std::string_view key);
    void on_unrestrict(std::string_view key);
    void on_other_command(std::string_view name, std::string_view arguments);
    void begin_copy(std::string name, std::string_view statement);
    void end_copy();
    [[nodiscard]] bool finish_copy();
    [[nodiscard]] bool finish_statement();
    void problem(std::uint64_t line, std::string const &text);

    ScriptReport report_;
    ScriptLexer lexer_;
    Mode mode_ = Mode::begin;
    std::size_t mark_matched_ = 0;                // of kByteOrderMark
    std::optional<std::uint64_t> zero_byte_line_; // of the first one
    bool cluster_ = false;                        // a script of pg_dumpall
    std::string restrict_key_;
    std::uint64_t restrict_line_ = 0;
    std::size_t setval_bytes_ = 0;
    bool manifest_too_large_ = false;

    std::map<std::string, std::size_t, std::less<>> table_of_statement_;
    std::size_t statement_bytes_ = 0; // of its keys
    std::size_t table_ = 0;
    std::uint64_t copy_line_ = 0;
    char statement_line_end_ = 0; // the last byte seen of the line of the COPY statement
    std::optional<CopyLines> copy_;
};

} // namespace pgkeep
