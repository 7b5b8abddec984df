#include "restore/foreign_script.hpp"

#include "archive/copy_statement.hpp"
#include "archive/lexical.hpp"
#include "archive/sql_tokens.hpp"
#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace pgkeep {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMaxStatement = (std::size_t{1} << 30) - 1; // of libpq and the server
constexpr std::size_t kMaxPartial = 64 << 10;                     // of a COPY line
constexpr std::size_t kLongestCopyStart = 16 << 20;

std::string_view without_blanks_around(std::string_view text) {
    std::size_t begin = 0;
    while (begin < text.size() && is_sql_space(text[begin])) {
        ++begin;
    }
    std::size_t end = text.size();
    while (end > begin && is_sql_space(text[end - 1])) {
        --end;
    }
    return text.substr(begin, end - begin);
}

bool is_copy_end(std::string_view line) noexcept {
    return line == "\\." || line == "\\.\r";
}

} // namespace

int conforming_strings_of(std::string_view statement) {
    SqlTokens tokens{statement};
    if (!tokens.take("set")) {
        return -1;
    }
    if (!tokens.take("session")) {
        tokens.take("local");
    }
    if (!tokens.take("standard_conforming_strings")) {
        return -1;
    }
    tokens.next(); // `=` or TO
    std::string const value = value_of_token(tokens.next());
    return value == "off" || value == "false" || value == "0" || value == "no" ? 0 : 1;
}

void ScriptSplitter::add(std::string_view piece) {
    while (!piece.empty()) {
        std::size_t used = 0;
        switch (mode_) {
        case Mode::begin:
            used = add_begin(piece);
            break;
        case Mode::sql:
            used = add_sql(piece);
            break;
        case Mode::rest_of_copy_line:
            used = add_rest_of_copy_line(piece);
            break;
        case Mode::copy_data:
            used = add_copy_data(piece);
            break;
        }
        piece.remove_prefix(used);
    }
}

std::size_t ScriptSplitter::add_begin(std::string_view piece) {
    std::size_t used = 0;
    while (used < piece.size() && mark_.size() < kByteOrderMark.size() &&
           piece[used] == kByteOrderMark[mark_.size()]) {
        mark_ += piece[used++];
    }
    if (mark_.size() == kByteOrderMark.size()) {
        mode_ = Mode::sql;
    } else if (used < piece.size()) {
        mode_ = Mode::sql;
        add(mark_);
    }
    return used;
}

std::size_t ScriptSplitter::add_sql(std::string_view piece) {
    ScriptLexer::Step const step = lexer_.next(piece);
    text_.append(piece.substr(0, step.used));
    if (text_.size() > kMaxStatement) {
        throw Error{ErrorKind::damaged,
                    fmt::format("line {}: a statement of more than a GiB, which no server takes",
                                lexer_.event_line())};
    }
    if (step.event == ScriptLexer::Event::none) {
        return step.used;
    }
    std::string const whole = std::move(text_);
    text_.clear();
    std::string_view const text = without_blanks_around(whole);
    switch (step.event) {
    case ScriptLexer::Event::statement:
        on_statement(text);
        break;
    case ScriptLexer::Event::comment:
        parts_.comment(text);
        break;
    case ScriptLexer::Event::command:
        on_command(text);
        break;
    case ScriptLexer::Event::none:
        break;
    }
    return step.used;
}

// Without the comments and lone semicolons in front of it.
void ScriptSplitter::on_statement(std::string_view text) {
    SqlTokens tokens{text};
    while (tokens.take(";")) {
    }
    tokens.pass_over_blanks();
    text.remove_prefix(tokens.position());
    if (text.size() < kLongestCopyStart && copy_target(text)) {
        crlf_ = false;
        rows_ = 0;
        mode_ = Mode::rest_of_copy_line;
        return parts_.copy_begin(text, lexer_.event_line());
    }
    int const conforming = conforming_strings_of(text);
    if (conforming >= 0) {
        set_backslash_escapes(conforming == 0);
    }
    parts_.statement(text, lexer_.event_line());
}

void ScriptSplitter::on_command(std::string_view text) {
    bool const alone = text.starts_with('\\') && lexer_.open_construct().empty();
    std::string_view const command = lexer_.text();
    bool const connects = command == "c" || command.starts_with("c ") || command == "connect" ||
                          command.starts_with("connect ");
    if (connects) {
        set_backslash_escapes(false); // a new session
    }
    parts_.command(without_blanks_around(command), lexer_.event_line(), alone);
}

void ScriptSplitter::set_backslash_escapes(bool on) {
    backslash_escapes_ = on;
    lexer_.set_backslash_escapes(on);
}

std::size_t ScriptSplitter::add_rest_of_copy_line(std::string_view piece) {
    std::size_t const end = piece.find('\n');
    text_.append(piece.substr(0, end));
    if (end == std::string_view::npos) {
        return piece.size();
    }
    crlf_ = text_.ends_with('\r');
    std::string const rest{without_blanks_around(text_)};
    text_.clear();
    lexer_.resume(1);
    mode_ = Mode::copy_data;
    partial_.clear();
    inside_line_ = false;
    if (!rest.empty()) {
        throw Error{ErrorKind::failed,
                    fmt::format("line {}: something follows a COPY statement on its line, which "
                                "no dump has",
                                lexer_.newlines())};
    }
    return end + 1;
}

// Whole lines go on as they stand in the piece, in runs.
std::size_t ScriptSplitter::add_copy_data(std::string_view piece) {
    std::size_t at = 0;
    std::size_t run = 0; // lines from here are not handed on yet
    auto const hand_on = [&] {
        if (at > run) {
            parts_.copy_data(piece.substr(run, at - run));
        }
    };
    while (at < piece.size()) {
        void const *const found = std::memchr(piece.data() + at, '\n', piece.size() - at);
        if (found == nullptr) {
            hand_on();
            keep_partial(piece.substr(at));
            return piece.size();
        }
        auto const end = static_cast<std::size_t>(static_cast<char const *>(found) - piece.data());
        std::string_view const line = piece.substr(at, end - at);
        bool const plain = !crlf_ && partial_.empty() && !inside_line_ && !is_copy_end(line);
        if (plain) {
            ++rows_;
            at = end + 1;
            continue;
        }
        hand_on();
        at = end + 1;
        run = at;
        if (!take_line(line)) {
            end_copy();
            return at;
        }
    }
    hand_on();
    return at;
}

// False at `\.`.
bool ScriptSplitter::take_line(std::string_view line) {
    partial_ += line;
    if (!inside_line_ && is_copy_end(partial_)) {
        partial_.clear();
        return false;
    }
    if (crlf_ && partial_.ends_with('\r')) {
        partial_.pop_back();
    }
    partial_ += '\n';
    parts_.copy_data(partial_);
    partial_.clear();
    inside_line_ = false;
    ++rows_;
    return true;
}

// The last byte stays, since it may be the CR of the line's end.
void ScriptSplitter::keep_partial(std::string_view part) {
    partial_ += part;
    if (partial_.size() > kMaxPartial) {
        parts_.copy_data(std::string_view{partial_}.substr(0, partial_.size() - 1));
        partial_.erase(0, partial_.size() - 1);
        inside_line_ = true;
    }
}

void ScriptSplitter::end_copy() {
    lexer_.resume(rows_ + 1);
    mode_ = Mode::sql;
    parts_.copy_end(rows_);
}

void ScriptSplitter::finish() {
    if (mode_ == Mode::copy_data && !inside_line_ && is_copy_end(partial_)) {
        partial_.clear();
        end_copy();
    } else if (mode_ == Mode::sql && !lexer_.at_line_start()) {
        add("\n");
    }
}

} // namespace pgkeep
