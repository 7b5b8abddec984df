// The words of a statement: all of its bytes but blanks and comments, in order, in linear time.

#include "archive/copy_statement.hpp"
#include "archive/sql_tokens.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

void try_words(std::string_view text, bool escapes) {
    SqlTokens tokens{text, escapes};
    std::size_t end = 0;
    std::size_t count = 0;
    for (;;) {
        std::string_view const ahead = tokens.peek();
        std::string_view const token = tokens.next();
        fuzz::require(token == ahead, "what is next comes next");
        if (token.empty()) {
            break;
        }
        auto const begin = static_cast<std::size_t>(token.data() - text.data());
        fuzz::require(begin >= end && begin + token.size() <= text.size(), "tokens go forward");
        end = begin + token.size();
        fuzz::require(tokens.position() == end, "the next token is looked for behind this one");
        static_cast<void>(name_of_token(token));
        static_cast<void>(value_of_token(token));
        fuzz::require(++count <= text.size(), "no more tokens than bytes");
    }
    fuzz::require(tokens.position() == text.size(), "all of the text was read");
    fuzz::require(tokens.next().empty(), "the end stays the end");
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string_view const text = fuzz::Input{data, size}.rest();
    try_words(text, false);
    try_words(text, true);
    static_cast<void>(copy_target(text));
    SqlTokens names{text};
    std::size_t total = 0;
    for (std::string const &name : take_qualified_name(names)) {
        total += name.size();
    }
    for (std::string const &name : take_name_list(names)) {
        total += name.size();
    }
    fuzz::require(total <= text.size(), "names are made of the text");
    SqlTokens search{text};
    static_cast<void>(skip_to_words(search, "owner", "to"));
    static_cast<void>(has_word(SqlTokens{text}, "as"));
    return 0;
}
