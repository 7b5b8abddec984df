#include "pg/text_array.hpp"

#include "base/error.hpp"

namespace pgkeep {

namespace {

class ArrayParser {
public:
    explicit ArrayParser(std::string_view text) : text_(text) {}

    std::vector<std::string> parse() {
        skip_bounds();
        expect('{');
        std::vector<std::string> elements;
        if (peek() != '}') {
            elements.push_back(element());
            while (peek() == ',') {
                ++at_;
                elements.push_back(element());
            }
        }
        expect('}');
        if (at_ != text_.size()) {
            refuse();
        }
        return elements;
    }

private:
    // An array whose first index is not 1 says so in front: `[0:2]={…}`.
    void skip_bounds() {
        if (peek() == '[') {
            auto const equals = text_.find('=');
            at_ = equals == std::string_view::npos ? text_.size() : equals + 1;
        }
    }

    std::string element() { return peek() == '"' ? quoted() : bare(); }

    std::string quoted() {
        std::string out;
        for (++at_; peek() != '"'; ++at_) {
            if (peek() == '\\') {
                ++at_;
            }
            out += next();
        }
        ++at_;
        return out;
    }

    std::string bare() {
        auto const end = text_.find_first_of(",{}\"\\", at_);
        if (end == std::string_view::npos || end == at_) {
            refuse();
        }
        std::string out{text_.substr(at_, end - at_)};
        at_ = end;
        return out == "NULL" ? std::string{} : out;
    }

    [[nodiscard]] char next() const {
        if (at_ >= text_.size()) {
            refuse();
        }
        return text_[at_];
    }
    [[nodiscard]] char peek() const { return next(); }

    void expect(char wanted) {
        if (next() != wanted) {
            refuse();
        }
        ++at_;
    }

    [[noreturn]] static void refuse() {
        throw Error{ErrorKind::failed, "the server sent an array of an unknown form"};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::vector<std::string> parse_text_array(std::string_view text) {
    return ArrayParser{text}.parse();
}

std::string format_text_array(std::vector<std::string> const &elements) {
    std::string out = "{";
    for (auto const &element : elements) {
        out += out.size() > 1 ? ",\"" : "\"";
        for (char const c : element) {
            if (c == '"' || c == '\\') {
                out += '\\';
            }
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

std::string format_oid_array(std::vector<std::uint32_t> const &oids) {
    std::string out = "{";
    for (auto const oid : oids) {
        if (out.size() > 1) {
            out += ',';
        }
        out += std::to_string(oid);
    }
    return out + "}";
}

} // namespace pgkeep
