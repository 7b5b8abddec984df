#include "archive/copy_statement.hpp"

#include "archive/lexical.hpp"

#include <strings.h>

#include <algorithm>
#include <cstddef>

namespace pgkeep {

namespace {

bool is_keyword(std::string_view word, std::string_view keyword) noexcept {
    return word.size() == keyword.size() &&
           strncasecmp(word.data(), keyword.data(), word.size()) == 0;
}

// Tokens of one statement; a quoted text is one token, a comment is none.
class Tokens {
public:
    explicit Tokens(std::string_view text) : text_(text) {}

    // Empty at the end.
    std::string_view next() {
        pass_over_blanks();
        std::size_t const begin = at_;
        if (at_ == text_.size()) {
            return {};
        }
        char const first = text_[at_++];
        if (first == '"' || first == '\'') {
            pass_over_quote(first);
        } else if (is_word_character(first)) {
            while (at_ < text_.size() && is_word_character(text_[at_])) {
                ++at_;
            }
        }
        return text_.substr(begin, at_ - begin);
    }

private:
    void pass_over_blanks() {
        while (at_ < text_.size()) {
            std::string_view const rest = text_.substr(at_);
            if (is_sql_space(rest[0])) {
                ++at_;
            } else if (rest.starts_with("--")) {
                at_ += std::min(rest.find_first_of(kLineEnds), rest.size());
            } else if (rest.starts_with("/*")) {
                pass_over_comment();
            } else {
                return;
            }
        }
    }

    void pass_over_comment() {
        unsigned depth = 0;
        do {
            std::string_view const two = text_.substr(at_, 2);
            bool const opens = two == "/*";
            bool const closes = two == "*/";
            depth += opens ? 1 : 0;
            depth -= closes ? 1 : 0;
            at_ += opens || closes ? 2 : 1;
        } while (depth > 0 && at_ < text_.size());
    }

    // A doubled quote ends one token and begins the next; nobody here looks at what stands inside.
    void pass_over_quote(char quote) {
        while (at_ < text_.size()) {
            if (text_[at_++] == quote) {
                if (at_ == text_.size() || text_[at_] != quote) {
                    return;
                }
                ++at_;
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool is_name(std::string_view token) noexcept {
    return !token.empty() && (token[0] == '"' || is_word_character(token[0]));
}

bool leads_to_stdin(Tokens &tokens, std::string_view token) {
    unsigned depth = 0;
    for (; !token.empty(); token = tokens.next()) {
        if (token == "(") {
            ++depth;
        } else if (token == ")" && depth > 0) {
            --depth;
        } else if (depth == 0 && is_keyword(token, "from")) {
            return is_keyword(tokens.next(), "stdin");
        }
    }
    return false;
}

} // namespace

std::optional<std::string> copy_target(std::string_view statement) {
    Tokens tokens{statement};
    if (!is_keyword(tokens.next(), "copy")) {
        return std::nullopt;
    }
    std::string_view token = tokens.next();
    if (!is_name(token)) {
        return std::nullopt;
    }
    std::string name{token};
    token = tokens.next();
    while (token == ".") {
        name += '.';
        name += tokens.next();
        token = tokens.next();
    }
    return leads_to_stdin(tokens, token) ? std::optional{name} : std::nullopt;
}

} // namespace pgkeep
