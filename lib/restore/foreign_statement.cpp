#include "restore/foreign_statement.hpp"

#include "archive/sql_tokens.hpp"
#include "pg/script_session.hpp"

#include <array>

namespace pgkeep {

namespace {

using Nature = StatementNature;

StatementJudgement forbidden(std::string why) {
    return {Nature::forbidden, std::move(why)};
}

// Behind CREATE, ALTER or DROP: what belongs to the cluster and not to one database.
bool is_of_cluster(SqlTokens tokens) {
    if (tokens.take("user")) {
        return !tokens.take("mapping");
    }
    return take_any(tokens, {"role", "group", "tablespace"});
}

StatementJudgement judge_alter(SqlTokens tokens) {
    if (tokens.take("system")) {
        return forbidden("changes the configuration of the server");
    }
    if (tokens.take("database")) {
        return {Nature::database, {}};
    }
    if (is_of_cluster(tokens)) {
        // pg_dump -C writes ALTER ROLE … IN DATABASE … SET.
        bool const in_database = has_word(tokens, "in") && has_word(tokens, "database");
        return {in_database ? Nature::database : Nature::cluster, {}};
    }
    if (tokens.take("default")) {
        return {Nature::privileges, {}};
    }
    SqlTokens rest = tokens;
    if (skip_to_words(rest, "owner", "to")) {
        return {Nature::owner, {}};
    }
    bool const cleans = has_word(tokens, "drop") || has_word(tokens, "detach");
    return {cleans ? Nature::clean : Nature::other, {}};
}

StatementJudgement judge_create(SqlTokens tokens) {
    if (tokens.take("database")) {
        return {Nature::database, {}};
    }
    if (is_of_cluster(tokens)) {
        return {Nature::cluster, {}};
    }
    // pg_dump --clean puts a hollow view in the place of one that others still need.
    if (tokens.take("or")) {
        tokens.take("replace");
        return {tokens.take("view") ? Nature::hollow_view : Nature::create, {}};
    }
    if (tokens.take("schema") && tokens.take("public") && tokens.take(";")) {
        return {Nature::create_public, {}};
    }
    return {Nature::create, {}};
}

StatementJudgement judge_drop(SqlTokens tokens) {
    if (tokens.take("database")) {
        return {Nature::database, {}};
    }
    if (is_of_cluster(tokens)) {
        return {Nature::cluster, {}};
    }
    if (tokens.take("schema")) {
        if (tokens.take("if")) {
            tokens.take("exists");
        }
        if (tokens.take("public")) {
            return {Nature::drop_public, {}};
        }
    }
    return {Nature::clean, {}};
}

// GRANT and REVOKE. Without ON it is about membership in a role.
StatementJudgement judge_grant(SqlTokens tokens) {
    if (!skip_to(tokens, "on")) {
        return {Nature::cluster, {}};
    }
    if (tokens.take("database")) {
        return {Nature::database, {}};
    }
    if (take_any(tokens, {"tablespace", "parameter"})) {
        return {Nature::cluster, {}};
    }
    return {Nature::privileges, {}};
}

StatementJudgement judge_comment(SqlTokens tokens) {
    if (!skip_to(tokens, "on")) {
        return {};
    }
    if (tokens.take("database")) {
        return {Nature::database, {}};
    }
    if (take_any(tokens, {"role", "tablespace"})) {
        return {Nature::cluster, {}};
    }
    bool const of_plpgsql = tokens.take("extension") && tokens.take("plpgsql");
    return {of_plpgsql ? Nature::given : Nature::other, {}};
}

// The value of client_encoding. What stands in it must be readable here, but the server's word
// counts: ScriptRun asks it.
StatementJudgement judge_encoding(std::string_view value) {
    bool const quoted = value.starts_with('\'');
    bool const plain = value.find('\\') == value.npos &&
                       (quoted || (is_name_token(value) && value.find('\'') == value.npos));
    if (!plain) {
        return forbidden("sets the encoding in a way that no dump does");
    }
    std::string const encoding = treacherous_encoding(value_of_token(value));
    return encoding.empty() ? StatementJudgement{Nature::setting, {}}
                            : forbidden("sets the encoding " + encoding +
                                        ", in which quotes cannot be told from parts of "
                                        "characters");
}

StatementJudgement judge_set(SqlTokens tokens) {
    if (!tokens.take("session")) {
        tokens.take("local");
    }
    std::string const name = name_of_token(tokens.next());
    if (name == "authorization") {
        return {Nature::owner, {}};
    }
    if (name == "default_tablespace") {
        return {Nature::tablespace, {}};
    }
    if (name != "client_encoding" && name != "names") {
        return {Nature::setting, {}};
    }
    take_any(tokens, {"=", "to"});
    std::string_view const value = tokens.next();
    return judge_encoding(tokens.take(";") ? value : std::string_view{});
}

StatementJudgement judge_select(SqlTokens tokens) {
    if (tokens.take("case")) {
        return {has_word(tokens, "lo_unlink") ? Nature::clean : Nature::other, {}};
    }
    std::vector<std::string> const name = take_qualified_name(tokens);
    if (name.empty()) {
        return {};
    }
    if (name.back() == "lo_unlink") {
        return {Nature::clean, {}};
    }
    if (name.back() != "set_config") {
        return {};
    }
    bool const encoding =
        tokens.take("(") && value_of_token(tokens.next()) == "client_encoding" && tokens.take(",");
    return encoding ? judge_encoding(tokens.next()) : StatementJudgement{Nature::setting, {}};
}

StatementJudgement judge_other_copy(SqlTokens tokens) {
    if (tokens.take("(")) {
        while (tokens.depth() > 0 && !tokens.next().empty()) {
        }
    }
    for (std::string_view token = tokens.next(); !token.empty(); token = tokens.next()) {
        bool const direction = is_keyword_token(token, "from") || is_keyword_token(token, "to");
        if (tokens.depth() == 0 && direction) {
            return forbidden(tokens.take("program")  ? "runs a program on the server"
                             : tokens.take("stdout") ? "sends data to the client"
                                                     : "reads or writes a file on the server");
        }
    }
    return forbidden("is a COPY of a kind that no dump has");
}

// How --clean of a template database makes it droppable.
StatementJudgement judge_update(SqlTokens tokens) {
    std::vector<std::string> const name = take_qualified_name(tokens);
    bool const database = !name.empty() && name.back() == "pg_database";
    return {database ? Nature::database : Nature::other, {}};
}

StatementJudgement judge_end(SqlTokens tokens) {
    if (tokens.take("prepared") || tokens.take("and")) {
        return forbidden("ends a transaction in a way that no dump does");
    }
    return {Nature::transaction, {}};
}

StatementJudgement judge_reset(SqlTokens tokens) {
    bool const authorization = tokens.take("session") && tokens.take("authorization");
    return {authorization ? Nature::owner : Nature::other, {}};
}

using Judge = StatementJudgement (*)(SqlTokens);
struct Row {
    std::string_view word;
    Judge judge;
};
constexpr auto kJudges = std::to_array<Row>({
    {"insert",
     [](SqlTokens) {
         return StatementJudgement{Nature::insert, {}};
     }},
    {"select", judge_select},
    {"alter", judge_alter},
    {"create", judge_create},
    {"drop", judge_drop},
    {"grant", judge_grant},
    {"revoke", judge_grant},
    {"comment", judge_comment},
    {"security", judge_comment},
    {"set", judge_set},
    {"reset", judge_reset},
    {"copy", judge_other_copy},
    {"update", judge_update},
    {"begin",
     [](SqlTokens) {
         return StatementJudgement{Nature::transaction, {}};
     }},
    {"start",
     [](SqlTokens) {
         return StatementJudgement{Nature::transaction, {}};
     }},
    {"commit", judge_end},
    {"end", judge_end},
    {"rollback", [](SqlTokens) { return forbidden("takes back what the script did"); }},
    {"abort", [](SqlTokens) { return forbidden("takes back what the script did"); }},
    {"prepare",
     [](SqlTokens tokens) {
         return tokens.take("transaction") ? forbidden("leaves a prepared transaction behind")
                                           : StatementJudgement{};
     }},
    {"load", [](SqlTokens) { return forbidden("loads a library into the server"); }},
});

} // namespace

StatementJudgement judge_statement(std::string_view statement, bool backslash_escapes) {
    SqlTokens tokens{statement, backslash_escapes};
    std::string_view const first = tokens.next();
    for (Row const &row : kJudges) {
        if (is_keyword_token(first, row.word)) {
            return row.judge(tokens);
        }
    }
    return {};
}

std::string judge_copy(std::string_view statement) {
    SqlTokens tokens{statement};
    tokens.next();
    static_cast<void>(take_qualified_name(tokens));
    if (tokens.take("(")) {
        while (tokens.depth() > 0 && !tokens.next().empty()) {
        }
    }
    bool const plain =
        tokens.take("from") && tokens.take("stdin") && tokens.take(";") && tokens.next().empty();
    return plain ? std::string{} : "is a COPY with options, whose rows cannot be counted here";
}

} // namespace pgkeep
