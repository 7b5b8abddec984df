#include "pg/script_session.hpp"

#include "model/sql_text.hpp"
#include "pg/session.hpp"

namespace pgkeep {

void begin_script_session(Connection &connection) {
    // Scripts say what they want of these, or rely on the defaults of the database.
    // standard_conforming_strings is what the reader of the script begins with, too.
    connection.execute("RESET search_path; RESET datestyle; RESET intervalstyle; RESET timezone;"
                       "RESET lc_monetary; RESET xmloption; RESET array_nulls;"
                       "RESET default_tablespace; RESET default_table_access_method;"
                       "SET standard_conforming_strings = on;");
}

void end_script_session(Connection &connection, std::string const &role) {
    connection.execute(
        "RESET SESSION AUTHORIZATION; RESET default_tablespace;"
        "RESET default_table_access_method; RESET check_function_bodies;" +
        session_settings_sql(connection.server_version(), connection.parameter("server_encoding")));
    if (!role.empty()) {
        connection.execute("SET ROLE " + quote_identifier(role));
    }
}

std::set<std::string> unknown_settings(Connection &connection,
                                       std::set<std::string> const &settings) {
    std::set<std::string> unknown;
    for (std::string const &name : settings) {
        auto const known = connection.query_row("SELECT EXISTS (SELECT FROM pg_catalog.pg_settings "
                                                "WHERE name OPERATOR(pg_catalog.=) $1)",
                                                {name});
        if (!known.boolean(0, 0)) {
            unknown.insert(name);
        }
    }
    return unknown;
}

} // namespace pgkeep
