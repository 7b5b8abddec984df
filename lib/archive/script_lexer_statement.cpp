// The part of ScriptLexer that knows statements: where they begin and end, and which texts are
// kept.

#include "archive/script_lexer.hpp"
#include "model/manifest.hpp"

#include <algorithm>
#include <array>

namespace pgkeep {

namespace {

// Above any COPY statement that a server accepts (1,600 columns) and any manifest line.
constexpr std::size_t kMaxCapture = 16 << 20;
// A comment that is longer and no manifest line is of no interest.
constexpr std::size_t kJudgedSize = 32;

constexpr std::array<std::string_view, 4> kKeptBeginnings{
    "SELECT pg_catalog.setval(", "SELECT pg_catalog.lo_put(", "-- PostgreSQL database ",
    kManifestPrefix};

bool is_kept(std::string_view text) noexcept {
    for (std::string_view const beginning : kKeptBeginnings) {
        if (text.starts_with(beginning)) {
            return true;
        }
    }
    return false;
}

} // namespace

void ScriptLexer::begin_token() {
    resume_escapes_ = false;
    if (in_statement_) {
        return;
    }
    in_statement_ = true;
    routine_words_ = 0;
    begin_seen_ = false;
    name_follows_ = false;
    begin_capture();
    first_word_ = true;
}

// A token that is no word.
void ScriptLexer::begin_symbol(char character) {
    begin_token();
    begin_seen_ = false;
    name_follows_ = character == '.';
}

// Follows CREATE [OR REPLACE] FUNCTION | PROCEDURE … BEGIN ATOMIC … CASE … END … END, as psql does
// to find the statement's own semicolon.
void ScriptLexer::track_routine() {
    constexpr unsigned kNothing = 0;
    constexpr unsigned kCreate = 1;
    constexpr unsigned kOr = 2;
    constexpr unsigned kReplace = 3;
    constexpr unsigned kRoutine = 4;
    constexpr unsigned kOther = 5;
    bool const routine = word_ == "function" || word_ == "procedure";
    switch (routine_words_) {
    case kNothing:
        routine_words_ = word_ == "create" ? kCreate : kOther;
        break;
    case kCreate:
        routine_words_ = word_ == "or" ? kOr : routine ? kRoutine : kOther;
        break;
    case kOr:
        routine_words_ = word_ == "replace" ? kReplace : kOther;
        break;
    case kReplace:
        routine_words_ = routine ? kRoutine : kOther;
        break;
    case kRoutine:
        track_body();
        break;
    default:
        break;
    }
}

// ATOMIC is asked for directly behind BEGIN and outside parentheses, so that a function named
// begin() with a parameter named atomic misleads nobody; a CASE in parentheses ends in them.
void ScriptLexer::track_body() {
    bool const keyword = parentheses_ == 0 && !name_follows_;
    if (keyword && atomic_depth_ == 0) {
        atomic_depth_ = begin_seen_ && word_ == "atomic" ? 1 : 0;
    } else if (keyword && word_ == "case") {
        ++atomic_depth_;
    } else if (keyword && word_ == "end") {
        --atomic_depth_;
    }
    begin_seen_ = keyword && word_ == "begin";
    name_follows_ = word_ == "as";
}

void ScriptLexer::end_word() {
    if (first_word_) {
        first_word_ = false;
        bool const kept = word_ == "copy" || word_ == "set";
        judged_ = kept;
        capturing_ = capturing_ && (kept || word_ == "select");
    }
    track_routine();
    word_.clear();
}

void ScriptLexer::end_statement() {
    if (!in_statement_) {
        return;
    }
    capture_upto(at_);
    judge_capture();
    in_statement_ = false;
    resume_escapes_ = false;
    finish_event(Event::statement);
}

// \g and its like send the statement, and \r drops it, without a semicolon.
void ScriptLexer::after_command() {
    static constexpr std::array<std::string_view, 9> kEnders{
        "g", "gx", "gset", "gexec", "gdesc", "crosstabview", "watch", "r", "reset"};
    std::string_view const name = std::string_view{text_}.substr(0, text_.find_first_of(" \t("));
    if (std::find(kEnders.begin(), kEnders.end(), name) != kEnders.end()) {
        in_statement_ = false;
        parentheses_ = 0;
        atomic_depth_ = 0;
    }
}

void ScriptLexer::begin_capture() {
    count_newlines();
    event_line_ = newlines_ + 1;
    text_.clear();
    capturing_ = true;
    judged_ = false;
    too_long_ = false;
    first_word_ = false;
    capture_from_ = at_;
}

void ScriptLexer::capture_upto(std::size_t end) {
    if (!capturing_) {
        return;
    }
    text_.append(piece_.substr(capture_from_, end - capture_from_));
    capture_from_ = end;
    if (text_.size() > kMaxCapture) {
        too_long_ = true;
        capturing_ = false;
        text_.clear();
    } else if (text_.size() >= kJudgedSize) {
        judge_capture();
    }
}

void ScriptLexer::judge_capture() {
    if (capturing_ && !judged_ && !first_word_ && !is_kept(text_)) {
        capturing_ = false;
    }
    judged_ = judged_ || !first_word_;
}

void ScriptLexer::finish_event(Event event) {
    event_ = event;
    if (!capturing_) {
        text_.clear();
    }
    capturing_ = false;
    while (!text_.empty() && text_.back() == '\r') {
        text_.pop_back();
    }
}

} // namespace pgkeep
