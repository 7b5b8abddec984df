#include "pg/session.hpp"

#include "model/sql_text.hpp"

#include <array>
#include <string_view>

namespace pgkeep {

namespace {

struct Pin {
    std::string_view name;
    std::string_view value;
    int since; // the first server that knows it
    std::string_view reason;
};

constexpr auto kPins = std::to_array<Pin>({
    {"statement_timeout", "0", 0, "a big table may take hours; first, for a role with a tiny one"},
    {"search_path", "", 0, "a name without schema must never find a user's object (CVE-2018-1058)"},
    {"datestyle", "ISO", 0, "COPY text of dates; read back the same under every setting"},
    {"intervalstyle", "postgres", 0, "COPY text of intervals"},
    {"extra_float_digits", "3", 0, "COPY text of floats that reads back to the same bits"},
    {"timezone", "UTC", 0, "COPY text of timestamptz"},
    {"bytea_output", "hex", 0, "COPY text of bytea"},
    {"lc_monetary", "C", 0, "COPY text of money; the script sets it around its data too"},
    {"xmloption", "content", 0, "reading back xml that is no document"},
    {"array_nulls", "on", 0, "reading back NULL in arrays"},
    {"standard_conforming_strings", "on", 0, "backslashes in our literals are themselves"},
    {"quote_all_identifiers", "off", 0, "texts of catalog functions are the same for everybody"},
    {"row_security", "off", 0, "a policy that would hide rows is an error, not a smaller archive"},
    {"synchronize_seqscans", "off", 0, "rows in the order of the table, as a first read sees it"},
    {"max_parallel_workers_per_gather", "0", 0,
     "we are the parallel workers; also keeps row order"},
    {"enable_tidscan", "on", 0, "a page range must not become a scan of the whole table"},
    {"jit", "off", 0, "compiling costs more than it saves for a plain scan"},
    {"lock_timeout", "0", 0, "set where locks are taken, from --lock-wait-timeout"},
    {"idle_in_transaction_session_timeout", "0", 0, "the keeper idles while the workers read"},
    {"idle_session_timeout", "0", 140000, "between two tables a session may wait for a slow disk"},
    {"transaction_timeout", "0", 170000, "one transaction spans the whole backup"},
    {"default_transaction_isolation", "read committed", 0,
     "the observer must see what is, not what was"},
    {"default_transaction_read_only", "off", 0, "a restore writes; a backup says READ ONLY itself"},
    {"default_transaction_deferrable", "off", 0, "only on request"},
    {"client_min_messages", "warning", 0, "notices are of no use to an operator"},
});

// Not known to all minor versions: views and foreign tables that a user put in place of tables must
// not run code with our rights while we read (CVE-2024-7348).
constexpr std::string_view kRestrictRelations =
    "SELECT pg_catalog.set_config(name, 'view, foreign-table', false) FROM pg_catalog.pg_settings"
    " WHERE name OPERATOR(pg_catalog.=) 'restrict_nonsystem_relation_kind';";

// A session that waits for a lock does not see that we died (kill -9); on Linux the server can
// look. Elsewhere the setting may be refused.
constexpr std::string_view kNoticeOurDeath =
    "SELECT CASE WHEN pg_catalog.version() OPERATOR(pg_catalog.~) 'linux'"
    " THEN pg_catalog.set_config('client_connection_check_interval', '10s', false) END;";

} // namespace

std::string session_settings_sql(int server_version, std::string const &encoding) {
    std::string sql;
    for (auto const &pin : kPins) {
        if (server_version >= pin.since) {
            sql += "SET " + std::string{pin.name} + " = " + quote_literal(pin.value) + ";";
        }
    }
    sql += "SET client_encoding = " + quote_literal(encoding) + ";";
    if (server_version >= 140000) {
        sql += kNoticeOurDeath;
    }
    return sql;
}

std::string reader_settings_sql() {
    return std::string{kRestrictRelations};
}

} // namespace pgkeep
