// The words of one SQL statement, as far as judging it needs them.
//
// A quoted text, a quoted name and a dollar-quoted body are one token each, a comment is none, and
// anything else is a word or a single character. Not a parser.
//
// Thread-safety: one thread at a time; the statement must outlive the tokens.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

class SqlTokens {
public:
    // `backslash_escapes`: standard_conforming_strings is off.
    explicit SqlTokens(std::string_view statement, bool backslash_escapes = false)
        : text_(statement), backslash_escapes_(backslash_escapes) {}

    // Empty at the end.
    std::string_view next();
    // What next() will return.
    [[nodiscard]] std::string_view peek() const;
    // Takes the next token when it is this keyword or character.
    bool take(std::string_view keyword);
    // Blanks and comments.
    void pass_over_blanks();
    // How many parentheses are open behind the last token.
    [[nodiscard]] unsigned depth() const noexcept { return depth_; }
    // Where the next token is looked for.
    [[nodiscard]] std::size_t position() const noexcept { return at_; }

private:
    void pass_over_comment();
    void pass_over_quote(char quote, bool escapes);
    void pass_over_dollar_quote();

    std::string_view text_;
    bool backslash_escapes_;
    std::size_t at_ = 0;
    unsigned depth_ = 0;
};

// `keyword` is in lower case.
[[nodiscard]] bool is_keyword_token(std::string_view token, std::string_view keyword) noexcept;
[[nodiscard]] bool is_name_token(std::string_view token) noexcept;

// The name that a token stands for: without quotes, or folded to lower case as the server does.
[[nodiscard]] std::string name_of_token(std::string_view token);

// The text of a plain quoted literal, or of a word (`SET x = utf8`).
[[nodiscard]] std::string value_of_token(std::string_view token);

// `a.b.c`: its parts; none when no name stands there.
[[nodiscard]] std::vector<std::string> take_qualified_name(SqlTokens &tokens);

// `a, b, "c"`: names separated by commas.
[[nodiscard]] std::vector<std::string> take_name_list(SqlTokens &tokens);

// Takes the next token when it is one of these.
bool take_any(SqlTokens &tokens, std::initializer_list<std::string_view> keywords);
// Moves behind the first `keyword` outside parentheses; false, and at the end, when there is none.
bool skip_to(SqlTokens &tokens, std::string_view keyword);
// The same for two words in a row.
bool skip_to_words(SqlTokens &tokens, std::string_view first, std::string_view second);
// Whether skip_to() would find it.
[[nodiscard]] bool has_word(SqlTokens tokens, std::string_view keyword);

} // namespace pgkeep
