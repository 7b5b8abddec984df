// The lexical structure of a psql script, fed in pieces of any size: where statements, comment
// lines and psql commands end.
//
// Follows psql: quotes, E'' strings, dollar quotes with tags, nested comments, parentheses, BEGIN
// ATOMIC bodies. Keeps the text of the few statements that the scanner looks at (COPY, SET, setval,
// lo_put) and passes over all others, so memory does not grow with the length of a statement.
//
// Not for COPY data: the scanner takes the lexer out of the way there and calls resume() behind it.
//
// Thread-safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pgkeep {

class ScriptLexer {
public:
    enum class Event : std::uint8_t {
        none,      // the piece is used up
        statement, // ended by its semicolon
        comment,   // a line `-- …` from its first column, outside a statement
        command,   // a psql command, to the end of its line
    };
    struct Step {
        std::size_t used = 0; // bytes of the piece
        Event event = Event::none;
    };

    // Reads up to the end of the first event in `piece`; a command ends with its newline, a comment
    // with that or with a carriage return.
    [[nodiscard]] Step next(std::string_view piece);

    // Of the last event, without newline. Empty for a statement that is none of those named above,
    // for a long comment that is of no interest, and for a text that is too long.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] bool too_long() const noexcept { return too_long_; }
    [[nodiscard]] std::uint64_t event_line() const noexcept {
        return event_line_;
    } // where the event began

    // The scanner consumed `lines` whole lines itself.
    void resume(std::uint64_t lines);
    // standard_conforming_strings = off: a backslash escapes in every string.
    void set_backslash_escapes(bool on) noexcept { backslash_escapes_ = on; }

    [[nodiscard]] std::uint64_t newlines() const noexcept { return newlines_; }
    [[nodiscard]] bool at_line_start() const noexcept { return last_byte_ == '\n'; }
    // What is open at the end of the text, such as `a quoted string`; empty when nothing is.
    [[nodiscard]] std::string_view open_construct() const noexcept;
    [[nodiscard]] std::uint64_t open_line() const noexcept { return event_line_; }

private:
    enum class Place : std::uint8_t {
        plain,
        word,
        quote,
        escape_quote,           // E'…', or any while backslash_escapes_
        escape_quote_backslash, // behind a backslash in one
        quote_end,              // behind a quote that ends the string, or is the first of two
        identifier,             // "…"
        dollar_tag,
        dollar_body,
        dash,  // behind one `-`
        slash, // behind one `/`
        line_comment,
        block_comment,
        command_start, // behind a backslash
        command,
    };

    void step();
    void in_plain();
    void in_plain_character(char character);
    void in_word();
    void in_quote();
    void in_escape_quote();
    void in_quote_end();
    void in_identifier();
    void in_dollar_tag();
    void in_dollar_body();
    void begin_block_comment();
    void in_block_comment();
    void in_line(Event event);
    void in_command_start();
    void open_quote(bool escapes);
    void after_dash_or_slash(char second, Place comment);
    void begin_token();
    void begin_symbol(char character);
    void end_word();
    void track_routine();
    void track_body();
    void end_statement();
    void after_command();
    void begin_capture();
    void capture_upto(std::size_t end);
    void judge_capture();
    void finish_event(Event event);
    void count_newlines();
    [[nodiscard]] char previous() const noexcept;

    std::string_view piece_;
    std::size_t at_ = 0;      // in piece_
    std::size_t counted_ = 0; // newlines of piece_ counted up to here
    Event event_ = Event::none;

    Place place_ = Place::plain;
    std::uint64_t newlines_ = 0;
    char last_byte_ = '\n';
    bool backslash_escapes_ = false;

    std::uint64_t event_line_ = 1;
    bool in_statement_ = false;
    unsigned parentheses_ = 0;
    unsigned atomic_depth_ = 0; // BEGIN ATOMIC and the CASEs in it
    bool begin_seen_ = false;   // the last token was the word BEGIN
    bool name_follows_ = false; // the last token was AS or a dot: no keyword follows
    unsigned routine_words_ =
        0; // how much of CREATE [OR REPLACE] FUNCTION was seen, see track_routine()
    bool resume_escapes_ =
        false; // the last token was an E'' string, which may continue on a later line
    bool newline_seen_ = false; // since that token
    bool own_line_ = false; // the comment being read began in the first column, see Event::comment
    bool first_word_ = false; // the word being read is the statement's first

    std::string word_; // lower case, cut after what any keyword needs
    std::string tag_;  // `$tag$`
    std::size_t tag_matched_ = 0;
    unsigned comment_depth_ = 0;
    char comment_previous_ = 0;

    std::string text_;
    bool capturing_ = false;
    bool judged_ = false;
    bool too_long_ = false;
    std::size_t capture_from_ = 0; // in piece_
};

} // namespace pgkeep
