#include "archive/copy_statement.hpp"

#include "archive/sql_tokens.hpp"

namespace pgkeep {

std::optional<std::string> copy_target(std::string_view statement) {
    SqlTokens tokens{statement};
    if (!tokens.take("copy") || !is_name_token(tokens.peek())) {
        return std::nullopt;
    }
    std::string name{tokens.next()};
    while (tokens.take(".")) {
        name += '.';
        name += tokens.next();
    }
    bool const from_stdin = skip_to(tokens, "from") && tokens.take("stdin");
    return from_stdin ? std::optional{name} : std::nullopt;
}

} // namespace pgkeep
