// Name patterns: regular expressions of bounded size, anchored on both sides; and quoted names that
// nothing leaves.

#include "archive/sql_tokens.hpp"
#include "model/name_pattern.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

void require_regex(std::string const &regex, std::string const &pattern) {
    fuzz::require(regex.starts_with("^(") && regex.ends_with(")$"), "anchored");
    fuzz::require(regex.size() <= 2 * pattern.size() + 4, "no longer than its pattern explains");
}

// One token, which is the name again.
void try_quoting(std::string const &name) {
    std::string const quoted = quote_identifier(name);
    SqlTokens tokens{quoted};
    fuzz::require(tokens.next() == quoted && tokens.next().empty(), "a quoted name is one token");
    fuzz::require(name_of_token(quoted) == name, "a quoted name comes back");
    std::string const literal = quote_literal(name);
    for (bool const escapes : {false, true}) {
        if (!escapes || literal.starts_with('E')) {
            SqlTokens words{literal, escapes};
            fuzz::require(words.next() == literal && words.next().empty(),
                          "a quoted text is one token");
        }
    }
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string const text{fuzz::Input{data, size}.rest()};
    fuzz::accepts([&] {
        NamePattern const pattern = parse_table_pattern(text);
        require_regex(pattern.name_regex, text);
        if (pattern.schema_regex) {
            require_regex(*pattern.schema_regex, text);
        }
    });
    fuzz::accepts([&] { require_regex(parse_name_pattern(text), text); });
    std::string exact;
    fuzz::accepts([&] { exact = parse_name_pattern(quote_identifier("a" + text)); });
    require_regex(exact, "  " + quote_identifier("a" + text));
    try_quoting(text);
    return 0;
}
