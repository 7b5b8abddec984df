// What statements say that must be known before anything runs; the rest of foreign_statement.hpp.

#include "archive/sql_tokens.hpp"
#include "restore/foreign_statement.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pgkeep {

namespace {

using Nature = StatementNature;

// The names behind TO of a GRANT or FROM of a REVOKE, without those that are no roles.
std::vector<std::string> grantees(SqlTokens tokens) {
    static constexpr std::array<std::string_view, 4> kNoRoles{"public", "current_user",
                                                              "session_user", "current_role"};
    tokens.next();
    bool const to = has_word(tokens, "to");
    if (!skip_to(tokens, to ? "to" : "from")) {
        return {};
    }
    tokens.take("group");
    std::vector<std::string> names = take_name_list(tokens);
    std::erase_if(names, [&](std::string const &name) {
        return std::find(kNoRoles.begin(), kNoRoles.end(), name) != kNoRoles.end();
    });
    return names;
}

std::vector<std::string> roles_of_default_privileges(SqlTokens tokens) {
    std::vector<std::string> roles = grantees(tokens);
    if (skip_to(tokens, "for") && take_any(tokens, {"role", "user"})) {
        for (std::string &name : take_name_list(tokens)) {
            roles.push_back(std::move(name));
        }
    }
    return roles;
}

std::vector<std::string> roles_of_owner(SqlTokens tokens) {
    if (tokens.take("set")) {
        bool const found = skip_to(tokens, "authorization") && !tokens.take("default");
        std::string const name = found ? value_of_token(tokens.next()) : std::string{};
        return name.empty() ? std::vector<std::string>{} : std::vector{name};
    }
    return skip_to_words(tokens, "owner", "to") ? take_name_list(tokens)
                                                : std::vector<std::string>{};
}

void take_if_not_exists(SqlTokens &tokens) {
    if (tokens.take("if")) {
        tokens.take("not");
        tokens.take("exists");
    }
}

void note_created(SqlTokens tokens, StatementNeeds &needs) {
    tokens.next();
    bool const foreign = tokens.take("foreign");
    tokens.take("unlogged");
    if (!tokens.take("table")) {
        return;
    }
    take_if_not_exists(tokens);
    std::vector<std::string> name = take_qualified_name(tokens);
    if (foreign || (has_word(tokens, "partition") && has_word(tokens, "by"))) {
        needs.uncounted_table = std::move(name);
    }
}

void note_extension(SqlTokens tokens, StatementNeeds &needs) {
    tokens.next();
    if (!tokens.take("extension")) {
        return;
    }
    take_if_not_exists(tokens);
    std::vector<std::string> const name = take_qualified_name(tokens);
    if (name.size() == 1) {
        needs.extension = name.front();
    }
}

// `SET x = a, b;` or `SELECT pg_catalog.set_config('search_path', '', false);`
void note_setting(SqlTokens tokens, StatementNeeds &needs) {
    if (tokens.take("select")) {
        static_cast<void>(take_qualified_name(tokens));
        if (tokens.take("(") && value_of_token(tokens.next()) == "search_path" &&
            tokens.take(",")) {
            SqlTokens value{tokens.next()};
            std::string const list = value_of_token(value.next());
            SqlTokens names{list};
            auto const schemas = take_name_list(names);
            needs.search_path = schemas.empty() ? std::string{} : schemas.front();
        }
        return;
    }
    tokens.take("set");
    if (!tokens.take("session")) {
        tokens.take("local");
    }
    needs.setting = name_of_token(tokens.next());
    take_any(tokens, {"=", "to"});
    if (*needs.setting == "search_path") {
        needs.search_path = value_of_token(tokens.next());
    } else if (*needs.setting == "default_tablespace") {
        needs.tablespace = value_of_token(tokens.next());
    }
}

} // namespace

StatementNeeds needs_of_statement(std::string_view statement, StatementNature nature,
                                  bool backslash_escapes) {
    StatementNeeds needs;
    SqlTokens tokens{statement, backslash_escapes};
    switch (nature) {
    case Nature::owner:
        needs.roles = roles_of_owner(tokens);
        break;
    case Nature::privileges:
        needs.roles = is_keyword_token(tokens.peek(), "alter") ? roles_of_default_privileges(tokens)
                                                               : grantees(tokens);
        break;
    case Nature::create:
        note_extension(tokens, needs);
        note_created(tokens, needs);
        break;
    case Nature::insert:
        tokens.next();
        if (tokens.take("into")) {
            needs.uncounted_table = take_qualified_name(tokens);
        }
        break;
    case Nature::setting:
    case Nature::tablespace:
        note_setting(tokens, needs);
        break;
    default:
        break;
    }
    return needs;
}

CopyTarget copy_target_of(std::string_view statement) {
    SqlTokens tokens{statement};
    tokens.next();
    CopyTarget target;
    std::vector<std::string> name = take_qualified_name(tokens);
    if (!name.empty()) {
        target.name = std::move(name.back());
    }
    if (name.size() > 1) {
        target.schema = std::move(name[name.size() - 2]);
    }
    if (tokens.take("(")) {
        target.columns = take_name_list(tokens);
    }
    return target;
}

} // namespace pgkeep
