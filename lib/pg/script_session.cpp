#include "pg/script_session.hpp"

#include "model/sql_text.hpp"
#include "pg/session.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pgkeep {

namespace {

// Those that a server can have: in them every byte of a longer character is above 127.
constexpr auto kServerEncodings = std::to_array<std::string_view>(
    {"SQL_ASCII",  "EUC_JP",     "EUC_CN",  "EUC_KR",  "EUC_TW",       "EUC_JIS_2004",
     "UTF8",       "LATIN1",     "LATIN2",  "LATIN3",  "LATIN4",       "LATIN5",
     "LATIN6",     "LATIN7",     "LATIN8",  "LATIN9",  "LATIN10",      "WIN1250",
     "WIN1251",    "WIN1252",    "WIN1253", "WIN1254", "WIN1255",      "WIN1256",
     "WIN1257",    "WIN1258",    "WIN866",  "WIN874",  "ISO_8859_5",   "ISO_8859_6",
     "ISO_8859_7", "ISO_8859_8", "KOI8R",   "KOI8U",   "MULE_INTERNAL"});

bool is_server_encoding(std::string_view name) {
    return std::find(kServerEncodings.begin(), kServerEncodings.end(), name) !=
           kServerEncodings.end();
}

} // namespace

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

std::string treacherous_encoding(std::string const &name) {
    int const id = pg_char_to_encoding(name.c_str());
    std::string const official = id < 0 ? std::string{} : pg_encoding_to_char(id);
    return is_server_encoding(official) ? std::string{} : official;
}

std::string treacherous_encoding(Connection const &connection) {
    std::string const current = connection.parameter("client_encoding");
    if (is_server_encoding(current)) {
        return {};
    }
    return current.empty() ? "of an unknown name" : current;
}

} // namespace pgkeep
