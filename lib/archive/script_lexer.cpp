#include "archive/script_lexer.hpp"

#include "archive/lexical.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

constexpr std::size_t kMaxWord = 32; // no keyword of interest is longer

} // namespace

ScriptLexer::Step ScriptLexer::next(std::string_view piece) {
    piece_ = piece;
    at_ = 0;
    counted_ = 0;
    capture_from_ = 0;
    event_ = Event::none;
    while (at_ < piece_.size() && event_ == Event::none) {
        step();
    }
    if (event_ == Event::none) {
        capture_upto(at_);
    }
    count_newlines();
    if (at_ > 0) {
        last_byte_ = piece_[at_ - 1];
    }
    return {at_, event_};
}

void ScriptLexer::resume(std::uint64_t lines) {
    newlines_ += lines;
    last_byte_ = '\n';
}

void ScriptLexer::step() {
    switch (place_) {
    case Place::plain:
        return in_plain();
    case Place::word:
        return in_word();
    case Place::quote:
        return in_quote();
    case Place::escape_quote:
        return in_escape_quote();
    case Place::escape_quote_backslash:
        ++at_;
        place_ = Place::escape_quote;
        return;
    case Place::quote_end:
        return in_quote_end();
    case Place::identifier:
        return in_identifier();
    case Place::dollar_tag:
        return in_dollar_tag();
    case Place::dollar_body:
        return in_dollar_body();
    case Place::dash:
        return after_dash_or_slash('-', Place::line_comment);
    case Place::slash:
        return after_dash_or_slash('*', Place::block_comment);
    case Place::line_comment:
        return in_line(Event::comment);
    case Place::block_comment:
        return in_block_comment();
    case Place::command_start:
        return in_command_start();
    case Place::command:
        return in_line(Event::command);
    }
}

void ScriptLexer::in_plain() {
    char const character = piece_[at_];
    if (is_sql_space(character)) {
        newline_seen_ = newline_seen_ || kLineEnds.find(character) != kLineEnds.npos;
        ++at_;
    } else if (character == '-' || character == '/') {
        own_line_ = character == '-' && !in_statement_ && previous() == '\n';
        if (own_line_) {
            begin_capture();
        }
        place_ = character == '-' ? Place::dash : Place::slash;
        ++at_;
    } else if (character == '\\') {
        place_ = Place::command_start;
        ++at_;
    } else if (character == ';' && parentheses_ == 0 && atomic_depth_ == 0) {
        ++at_;
        end_statement();
    } else {
        in_plain_character(character);
    }
}

void ScriptLexer::in_plain_character(char character) {
    if (character == '\'') {
        return open_quote(backslash_escapes_ || (resume_escapes_ && newline_seen_));
    }
    if (is_word_character(character) && character != '$') {
        begin_token();
        place_ = Place::word;
        return;
    }
    begin_symbol(character);
    ++at_;
    if (character == '"') {
        place_ = Place::identifier;
    } else if (character == '$') {
        tag_.assign(1, '$');
        place_ = Place::dollar_tag;
    } else if (character == '(') {
        ++parentheses_;
    } else if (character == ')' && parentheses_ > 0) {
        --parentheses_;
    }
}

void ScriptLexer::in_word() {
    while (at_ < piece_.size() && is_word_character(piece_[at_])) {
        if (word_.size() < kMaxWord) {
            word_ += lower_ascii(piece_[at_]);
        }
        ++at_;
    }
    if (at_ == piece_.size()) {
        return;
    }
    bool const escapes = word_ == "e" && piece_[at_] == '\'';
    end_word();
    place_ = Place::plain;
    if (escapes) {
        open_quote(true);
    }
}

void ScriptLexer::after_dash_or_slash(char second, Place comment) {
    if (piece_[at_] == second) {
        ++at_;
        place_ = comment;
        comment_depth_ = 1;
        comment_previous_ = 0;
        if (comment == Place::block_comment) {
            begin_block_comment();
        }
        return;
    }
    if (!in_statement_) {
        capturing_ = false;
    }
    place_ = Place::plain;
    begin_symbol(second);
}

void ScriptLexer::begin_block_comment() {
    resume_escapes_ = false; // no string continues behind one
    if (!in_statement_) {
        count_newlines();
        event_line_ = newlines_ + 1;
    }
}

void ScriptLexer::in_block_comment() {
    while (at_ < piece_.size() && comment_depth_ > 0) {
        char const character = piece_[at_++];
        if (comment_previous_ == '/' && character == '*') {
            ++comment_depth_;
            comment_previous_ = 0;
        } else if (comment_previous_ == '*' && character == '/') {
            --comment_depth_;
            comment_previous_ = 0;
        } else {
            comment_previous_ = character;
        }
    }
    if (comment_depth_ == 0) {
        place_ = Place::plain;
    }
}

// A carriage return ends a comment, too: else the server would run what we take for a part of it.
void ScriptLexer::in_line(Event event) {
    std::string_view const ends = event == Event::comment ? kLineEnds : std::string_view{"\n"};
    at_ = std::min(piece_.find_first_of(ends, at_), piece_.size());
    if (at_ == piece_.size()) {
        return;
    }
    place_ = Place::plain;
    bool const reported = event == Event::command || own_line_;
    if (reported) {
        capture_upto(at_);
        ++at_;
        finish_event(event);
        if (event == Event::command) {
            after_command();
        }
    } else {
        newline_seen_ = true;
        ++at_;
    }
}

void ScriptLexer::in_command_start() {
    char const character = piece_[at_];
    if (character == ';' || character == ':') {
        ++at_;
        place_ = Place::plain;
        return;
    }
    begin_capture();
    judged_ = true;
    place_ = Place::command;
}

// The character before the current one.
char ScriptLexer::previous() const noexcept {
    return at_ > 0 ? piece_[at_ - 1] : last_byte_;
}

void ScriptLexer::count_newlines() {
    newlines_ += static_cast<std::uint64_t>(
        std::count(piece_.begin() + static_cast<std::ptrdiff_t>(counted_),
                   piece_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    counted_ = at_;
}

std::string_view ScriptLexer::open_construct() const noexcept {
    switch (place_) {
    case Place::quote:
    case Place::escape_quote:
    case Place::escape_quote_backslash:
        return "a statement with an open quoted string";
    case Place::identifier:
        return "a statement with an open quoted name";
    case Place::dollar_body:
        return "a statement with an open dollar quote";
    case Place::block_comment:
        return in_statement_ ? "a statement with an open comment" : "a comment";
    default:
        return in_statement_ ? "a statement" : std::string_view{};
    }
}

} // namespace pgkeep
