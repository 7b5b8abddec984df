#include "base/error.hpp"
#include "pg/connection_settings.hpp"

#include <algorithm>
#include <cctype>

namespace pgkeep {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

class EnvFileParser {
public:
    EnvFileParser(std::string_view text, std::string const &path) : text_(text), path_(path) {}

    std::map<std::string, std::string> parse() {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (text_.starts_with(kByteOrderMark)) {
            at_ = kByteOrderMark.size();
        }
        while (at_ < text_.size()) {
            parse_line();
        }
        return std::move(values_);
    }

private:
    void parse_line() {
        skip_blanks();
        if (!at_line_end() && text_[at_] != '#') {
            auto const name = parse_name();
            values_[name] = parse_value();
            skip_blanks();
            if (!at_line_end() && text_[at_] != '#') {
                refuse("there is text behind the closing quote");
            }
        }
        skip_line();
    }

    std::string parse_name() {
        constexpr std::string_view kPrefix = "export ";
        if (text_.substr(at_).starts_with(kPrefix)) {
            at_ += kPrefix.size();
            skip_blanks();
        }
        auto const begin = at_;
        while (!at_line_end() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '_' || text_[at_] == '.' || text_[at_] == '-')) {
            ++at_;
        }
        std::string name{text_.substr(begin, at_ - begin)};
        skip_blanks();
        if (name.empty() || at_line_end() || text_[at_] != '=') {
            refuse("not of the form NAME=value");
        }
        ++at_;
        return name;
    }

    std::string parse_value() {
        skip_blanks();
        if (!at_line_end() && (text_[at_] == '"' || text_[at_] == '\'')) {
            return parse_quoted(text_[at_]);
        }
        return parse_plain();
    }

    // To the end of the line, or to a comment, which begins with a `#` behind a blank.
    std::string parse_plain() {
        auto const begin = at_;
        while (!at_line_end() &&
               !(text_[at_] == '#' && (at_ == begin || is_blank(text_[at_ - 1])))) {
            ++at_;
        }
        auto value = text_.substr(begin, at_ - begin);
        while (!value.empty() && is_blank(value.back())) {
            value.remove_suffix(1);
        }
        return std::string{value};
    }

    // May span lines. Backslashes mean something between double quotes only; `$` is never expanded.
    std::string parse_quoted(char quote) {
        auto const first_line = line_;
        std::string value;
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
            if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) {
                value += unescaped(text_[++at_]);
                continue;
            }
            line_ += text_[at_] == '\n' ? 1 : 0;
            value += text_[at_];
        }
        if (at_ >= text_.size()) {
            line_ = first_line;
            refuse("the closing quote is missing");
        }
        ++at_;
        return value;
    }

    static std::string unescaped(char c) {
        switch (c) {
        case 'n':
            return "\n";
        case 'r':
            return "\r";
        case 't':
            return "\t";
        case '"':
        case '\\':
        case '$':
        case '`':
            return {c};
        default:
            return {'\\', c};
        }
    }

    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) {
            ++at_;
        }
    }
    void skip_line() {
        at_ = std::min(text_.find('\n', at_), text_.size());
        at_ = std::min(at_ + 1, text_.size());
        ++line_;
    }
    [[nodiscard]] bool at_line_end() const { return at_ >= text_.size() || text_[at_] == '\n'; }

    // The text itself is not repeated: it may be a password.
    [[noreturn]] void refuse(std::string const &what) const {
        throw Error{ErrorKind::configuration, path_ + ":" + std::to_string(line_) + ": " + what,
                    "Write NAME=value, NAME=\"value\" or NAME='value', one on a line."};
    }

    std::string_view text_;
    std::string const &path_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::map<std::string, std::string> values_;
};

} // namespace

std::map<std::string, std::string> parse_env_file(std::string_view text, std::string const &path) {
    return EnvFileParser{text, path}.parse();
}

} // namespace pgkeep
