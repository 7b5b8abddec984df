// The part of ScriptLexer that passes over quoted text.

#include "archive/lexical.hpp"
#include "archive/script_lexer.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

constexpr std::size_t kMaxTag = 1024;

} // namespace

void ScriptLexer::open_quote(bool escapes) {
    begin_symbol('\'');
    place_ = escapes ? Place::escape_quote : Place::quote;
    resume_escapes_ = escapes;
    ++at_;
}

void ScriptLexer::in_quote() {
    at_ = std::min(piece_.find('\'', at_), piece_.size());
    if (at_ < piece_.size()) {
        ++at_;
        place_ = Place::quote_end;
    }
}

void ScriptLexer::in_escape_quote() {
    at_ = std::min(piece_.find_first_of("'\\", at_), piece_.size());
    if (at_ < piece_.size()) {
        place_ = piece_[at_] == '\'' ? Place::quote_end : Place::escape_quote_backslash;
        ++at_;
    }
}

void ScriptLexer::in_quote_end() {
    if (piece_[at_] == '\'') {
        place_ = resume_escapes_ ? Place::escape_quote : Place::quote;
        ++at_;
        return;
    }
    newline_seen_ = false;
    place_ = Place::plain;
}

void ScriptLexer::in_identifier() {
    at_ = std::min(piece_.find('"', at_), piece_.size());
    if (at_ < piece_.size()) {
        ++at_;
        place_ = Place::plain;
    }
}

void ScriptLexer::in_dollar_tag() {
    char const character = piece_[at_];
    bool const belongs = is_tag_start(character) || (is_digit(character) && tag_.size() > 1);
    if (character == '$') {
        tag_ += '$';
        tag_matched_ = 0;
        place_ = Place::dollar_body;
        ++at_;
    } else if (belongs && tag_.size() < kMaxTag) {
        tag_ += character;
        ++at_;
    } else {
        place_ = Place::plain;
    }
}

// The end tag begins and ends with the only `$` in it, so a mismatch can only begin a new match at
// a `$`.
void ScriptLexer::in_dollar_body() {
    if (tag_matched_ == 0) {
        at_ = std::min(piece_.find('$', at_), piece_.size());
        if (at_ == piece_.size()) {
            return;
        }
    }
    char const character = piece_[at_++];
    if (character == tag_[tag_matched_]) {
        ++tag_matched_;
    } else {
        tag_matched_ = character == '$' ? 1 : 0;
    }
    if (tag_matched_ == tag_.size()) {
        place_ = Place::plain;
    }
}

} // namespace pgkeep
