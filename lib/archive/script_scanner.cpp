#include "archive/script_scanner.hpp"

#include "archive/script_scanner_state.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pgkeep {

namespace {

constexpr std::size_t kMaxProblems = 100; // more say no more than that the script is lost
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

} // namespace

void ScriptScanner::State::problem(std::uint64_t line, std::string const &text) {
    if (report_.problems.size() < kMaxProblems) {
        report_.problems.push_back(fmt::format("line {}: {}", line, text));
    }
}

void ScriptScanner::State::add(std::string_view piece) {
    look_for_zero_byte(piece);
    while (!piece.empty()) {
        std::size_t used = 0;
        switch (mode_) {
        case Mode::begin:
            used = add_begin(piece);
            break;
        case Mode::sql:
            used = add_sql(piece);
            break;
        case Mode::copy_statement_line:
            used = add_copy_statement_line(piece);
            break;
        case Mode::copy_data:
            used = add_copy_data(piece);
            break;
        }
        piece.remove_prefix(used);
    }
}

// No text of PostgreSQL holds a zero byte, but UTF-16 does, and blocks that a crash left unwritten.
void ScriptScanner::State::look_for_zero_byte(std::string_view piece) {
    std::size_t const zero = zero_byte_line_ ? std::string_view::npos : piece.find('\0');
    if (zero == std::string_view::npos) {
        return;
    }
    auto const before =
        std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(zero), '\n');
    zero_byte_line_ =
        lexer_.newlines() + (copy_ ? copy_->lines() : 0) + static_cast<std::uint64_t>(before) + 1;
}

std::size_t ScriptScanner::State::add_begin(std::string_view piece) {
    std::size_t used = 0;
    while (used < piece.size() && mark_matched_ < kByteOrderMark.size()) {
        if (piece[used] != kByteOrderMark[mark_matched_]) {
            break;
        }
        ++mark_matched_;
        ++used;
    }
    if (used < piece.size()) {
        mode_ = Mode::sql;
    }
    return used;
}

std::size_t ScriptScanner::State::add_sql(std::string_view piece) {
    ScriptLexer::Step const step = lexer_.next(piece);
    switch (step.event) {
    case ScriptLexer::Event::statement:
        on_statement();
        break;
    case ScriptLexer::Event::comment:
        on_comment();
        break;
    case ScriptLexer::Event::command:
        on_command();
        break;
    case ScriptLexer::Event::none:
        break;
    }
    return step.used;
}

std::size_t ScriptScanner::State::add_copy_statement_line(std::string_view piece) {
    std::size_t const end = piece.find('\n');
    std::string_view const line = piece.substr(0, std::min(end, piece.size()));
    if (!line.empty()) {
        statement_line_end_ = line.back();
    }
    if (end == std::string_view::npos) {
        return piece.size();
    }
    lexer_.resume(1);
    copy_.emplace(statement_line_end_ == '\r');
    mode_ = Mode::copy_data;
    return end + 1;
}

std::size_t ScriptScanner::State::add_copy_data(std::string_view piece) {
    std::size_t const used = copy_->add(piece);
    if (copy_->ended()) {
        end_copy();
    }
    return used;
}

void ScriptScanner::State::end_copy() {
    report_.tables[table_].rows += copy_->rows();
    lexer_.resume(copy_->lines());
    copy_.reset();
    mode_ = Mode::sql;
}

// The data of a COPY that the script's end cut.
bool ScriptScanner::State::finish_copy() {
    if (mode_ == Mode::copy_data) {
        copy_->end_of_script();
        if (copy_->ended()) {
            end_copy();
            return false;
        }
    } else if (mode_ != Mode::copy_statement_line) {
        return false;
    }
    CopyLines const cut = copy_ ? std::move(*copy_) : CopyLines{false};
    ScannedTable &table = report_.tables[table_];
    problem(copy_line_, fmt::format("the COPY data of {} begins here and has no end; the script is "
                                    "cut in row {} of it",
                                    printable(table.name), cut.rows().rows + 1));
    table.rows += cut.rows();
    lexer_.resume(cut.lines());
    return true;
}

// A last line without its newline is a line, too.
bool ScriptScanner::State::finish_statement() {
    if (!lexer_.at_line_start()) {
        static_cast<void>(add_sql("\n"));
    }
    std::string_view const open = lexer_.open_construct();
    if (open.empty()) {
        return false;
    }
    problem(lexer_.open_line(),
            fmt::format("{} begins here and has no end; the script is cut", open));
    return true;
}

ScriptReport ScriptScanner::State::finish() {
    bool const cut = finish_copy() || finish_statement();
    report_.lines = lexer_.newlines();
    if (cut) {
        report_.says_complete = false;
    } else if (!report_.says_complete) {
        problem(report_.lines, fmt::format("the script ends here, without the line `{}`",
                                           cluster_ ? kClusterComplete : kDumpComplete));
    } else if (!restrict_key_.empty()) {
        problem(restrict_line_, "\\restrict has no \\unrestrict; the script is cut");
    }
    if (zero_byte_line_) { // first, since most of the others may come from it
        report_.problems.insert(
            report_.problems.begin(),
            fmt::format("line {}: a zero byte; the script is in UTF-16, or was not written to its "
                        "end",
                        *zero_byte_line_));
    }
    return std::move(report_);
}

ScriptScanner::ScriptScanner() : state_(std::make_unique<State>()) {
}
ScriptScanner::~ScriptScanner() = default;

void ScriptScanner::add(std::string_view piece) {
    state_->add(piece);
}

ScriptReport ScriptScanner::finish() {
    return state_->finish();
}

} // namespace pgkeep
