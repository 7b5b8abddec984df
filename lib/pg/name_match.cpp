#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"

#include <set>

namespace pgkeep {

namespace {

// What -t may name: tables in the wide sense, as in pg_dump.
constexpr std::string_view kRelationKinds = "'{r,S,v,m,f,p}'::pg_catalog.\"char\"[]";

// Operators are written with their schema: this runs under the user's own search path, where
// anybody may have put others. The collation gives the regular expression the character classes of
// the database.
constexpr std::string_view kByName =
    "SELECT c.oid FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
    " WHERE c.relkind OPERATOR(pg_catalog.=) ANY (";
constexpr std::string_view kNameCondition =
    " AND c.relname OPERATOR(pg_catalog.~) $1 COLLATE pg_catalog.\"default\"";
constexpr std::string_view kSchemaCondition =
    " AND n.nspname OPERATOR(pg_catalog.~) $2 COLLATE pg_catalog.\"default\"";
constexpr std::string_view kVisibleCondition = " AND pg_catalog.pg_table_is_visible(c.oid)";

void collect(Result const &result, std::set<std::uint32_t> &oids) {
    for (int row = 0; row < result.rows(); ++row) {
        oids.insert(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
}

std::string relation_query() {
    return std::string{kByName} + std::string{kRelationKinds} + ")";
}

void require_current_database(Connection &connection, std::string const &name) {
    auto const current = connection.query_row("SELECT pg_catalog.current_database()").str(0, 0);
    if (name != current) {
        throw Error{ErrorKind::usage,
                    "a name pattern is about another database than \"" + printable(current) +
                        "\": " + printable(name),
                    "Write dots that belong to a name inside double quotes."};
    }
}

Result match_pattern(Connection &connection, NamePattern const &pattern) {
    if (pattern.database) {
        require_current_database(connection, *pattern.database);
    }
    auto sql = relation_query() + std::string{kNameCondition};
    if (pattern.schema_regex) {
        return connection.query(sql + std::string{kSchemaCondition},
                                {pattern.name_regex, pattern.schema_regex});
    }
    // Also after a failure the path is back: in a transaction by its rollback, and outside by this.
    connection.execute("RESET search_path");
    try {
        auto result = connection.query(sql + std::string{kVisibleCondition}, {pattern.name_regex});
        connection.execute("SET search_path = ''");
        return result;
    } catch (...) {
        if (connection.usable() && !connection.in_transaction()) {
            connection.execute("SET search_path = ''");
        }
        throw;
    }
}

} // namespace

std::vector<std::uint32_t> match_tables(Connection &connection,
                                        std::vector<NamePattern> const &patterns) {
    std::set<std::uint32_t> oids;
    for (auto const &pattern : patterns) {
        collect(match_pattern(connection, pattern), oids);
    }
    return {oids.begin(), oids.end()};
}

std::vector<std::uint32_t> tables_in_schemas(Connection &connection,
                                             std::vector<std::string> const &schema_regexes) {
    std::set<std::uint32_t> oids;
    for (auto const &regex : schema_regexes) {
        collect(connection.query(
                    relation_query() +
                        " AND n.nspname OPERATOR(pg_catalog.~) $1 COLLATE pg_catalog.\"default\"",
                    {regex}),
                oids);
    }
    return {oids.begin(), oids.end()};
}

std::vector<std::string> list_databases(Connection &connection,
                                        std::vector<std::string> const &excluded_regexes) {
    // A connection limit of -2 marks a database that a broken DROP DATABASE left behind.
    std::string sql = "SELECT datname FROM pg_catalog.pg_database"
                      " WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2";
    std::vector<std::optional<std::string>> parameters;
    for (auto const &regex : excluded_regexes) {
        parameters.emplace_back(regex);
        sql += " AND datname !~ $" + std::to_string(parameters.size()) +
               " COLLATE pg_catalog.\"default\"";
    }
    auto const result = connection.query(sql + " ORDER BY datname", parameters);
    std::vector<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.push_back(result.str(row, 0));
    }
    return names;
}

} // namespace pgkeep
