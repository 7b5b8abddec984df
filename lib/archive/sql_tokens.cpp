#include "archive/sql_tokens.hpp"

#include "archive/lexical.hpp"

#include <strings.h>

#include <algorithm>

namespace pgkeep {

std::string_view SqlTokens::next() {
    pass_over_blanks();
    std::size_t const begin = at_;
    if (at_ == text_.size()) {
        return {};
    }
    char const first = text_[at_++];
    if (first == '"' || first == '\'') {
        pass_over_quote(first, first == '\'' && backslash_escapes_);
    } else if (first == '$') {
        pass_over_dollar_quote();
    } else if (is_word_character(first)) {
        while (at_ < text_.size() && is_word_character(text_[at_])) {
            ++at_;
        }
        bool const escape_prefix = at_ - begin == 1 && lower_ascii(first) == 'e';
        if (escape_prefix && at_ < text_.size() && text_[at_] == '\'') {
            ++at_;
            pass_over_quote('\'', true);
        }
    } else if (first == '(') {
        ++depth_;
    } else if (first == ')' && depth_ > 0) {
        --depth_;
    }
    return text_.substr(begin, at_ - begin);
}

std::string_view SqlTokens::peek() const {
    SqlTokens ahead = *this;
    return ahead.next();
}

bool SqlTokens::take(std::string_view keyword) {
    SqlTokens ahead = *this;
    if (!is_keyword_token(ahead.next(), keyword)) {
        return false;
    }
    *this = ahead;
    return true;
}

void SqlTokens::pass_over_blanks() {
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

void SqlTokens::pass_over_comment() {
    unsigned open = 0;
    do {
        std::string_view const two = text_.substr(at_, 2);
        bool const opens = two == "/*";
        bool const closes = two == "*/";
        open += opens ? 1 : 0;
        open -= closes ? 1 : 0;
        at_ += opens || closes ? 2 : 1;
    } while (open > 0 && at_ < text_.size());
}

void SqlTokens::pass_over_quote(char quote, bool escapes) {
    while (at_ < text_.size()) {
        char const character = text_[at_++];
        if (escapes && character == '\\') {
            at_ = std::min(at_ + 1, text_.size());
        } else if (character == quote) {
            if (at_ == text_.size() || text_[at_] != quote) {
                return;
            }
            ++at_;
        }
    }
}

// A `$` that opens no quote is a token of its own.
void SqlTokens::pass_over_dollar_quote() {
    std::size_t const begin = at_ - 1;
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != '$' && is_word_character(text_[end])) {
        ++end;
    }
    bool const is_tag =
        end < text_.size() && text_[end] == '$' && (end == at_ || is_tag_start(text_[at_]));
    if (!is_tag) {
        return;
    }
    std::string_view const tag = text_.substr(begin, end + 1 - begin);
    std::size_t const close = text_.find(tag, end + 1);
    at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
}

bool is_keyword_token(std::string_view token, std::string_view keyword) noexcept {
    return token.size() == keyword.size() &&
           strncasecmp(token.data(), keyword.data(), token.size()) == 0;
}

bool is_name_token(std::string_view token) noexcept {
    return !token.empty() && (token[0] == '"' || is_tag_start(token[0]));
}

std::string name_of_token(std::string_view token) {
    std::string name;
    if (token.starts_with('"')) {
        for (std::size_t i = 1; i + 1 < token.size(); ++i) {
            name += token[i];
            i += token[i] == '"' ? 1 : 0;
        }
        return name;
    }
    for (char const character : token) {
        name += lower_ascii(character);
    }
    return name;
}

std::string value_of_token(std::string_view token) {
    if (!token.starts_with('\'')) {
        return name_of_token(token);
    }
    std::string value;
    for (std::size_t i = 1; i + 1 < token.size(); ++i) {
        value += token[i];
        i += token[i] == '\'' ? 1 : 0;
    }
    return value;
}

std::vector<std::string> take_qualified_name(SqlTokens &tokens) {
    std::vector<std::string> parts;
    while (is_name_token(tokens.peek())) {
        parts.push_back(name_of_token(tokens.next()));
        if (!tokens.take(".")) {
            break;
        }
    }
    return parts;
}

std::vector<std::string> take_name_list(SqlTokens &tokens) {
    std::vector<std::string> names;
    while (is_name_token(tokens.peek())) {
        names.push_back(name_of_token(tokens.next()));
        if (!tokens.take(",")) {
            break;
        }
    }
    return names;
}

bool take_any(SqlTokens &tokens, std::initializer_list<std::string_view> keywords) {
    return std::any_of(keywords.begin(), keywords.end(),
                       [&](std::string_view keyword) { return tokens.take(keyword); });
}

bool skip_to(SqlTokens &tokens, std::string_view keyword) {
    for (std::string_view token = tokens.next(); !token.empty(); token = tokens.next()) {
        if (tokens.depth() == 0 && is_keyword_token(token, keyword)) {
            return true;
        }
    }
    return false;
}

bool skip_to_words(SqlTokens &tokens, std::string_view first, std::string_view second) {
    while (skip_to(tokens, first)) {
        if (tokens.take(second)) {
            return true;
        }
    }
    return false;
}

bool has_word(SqlTokens tokens, std::string_view keyword) {
    return skip_to(tokens, keyword);
}

} // namespace pgkeep
