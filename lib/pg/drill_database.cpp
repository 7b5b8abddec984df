#include "pg/drill_database.hpp"

#include "base/log.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/script_session.hpp"

#include <fmt/format.h>

#include <set>

namespace pgkeep {
namespace {

// Longer than any assertion should take, and shorter than a night.
constexpr char const *kBeginAssertion = "BEGIN; SET LOCAL statement_timeout = '10min'";
constexpr std::size_t kShownValue = 60;

std::optional<std::string> complaint_of_rows(Result const &result) {
    if (result.rows() == 0) {
        return "returned no row";
    }
    if (result.rows() > 1) {
        return fmt::format("returned {}, not one",
                           format_count(static_cast<std::uint64_t>(result.rows()), "row"));
    }
    if (result.columns() == 0) {
        return "returned a row without columns";
    }
    if (result.is_null(0, 0)) {
        return "is null";
    }
    std::string_view const value = result.text(0, 0);
    if (value == "t") {
        return std::nullopt;
    }
    if (value == "f") {
        return "is false";
    }
    return fmt::format("returned `{}`, which is not true", printable(value.substr(0, kShownValue)));
}

bool exists(Connection &connection, std::string const &sql, std::string const &name) {
    return connection.query_row("SELECT EXISTS (" + sql + ")", {name}).boolean(0, 0);
}

} // namespace

void create_drill_roles(Connection &connection, std::vector<std::string> const &roles) {
    // Names are compared here, as bytes: pg/restore_catalog.hpp says why.
    std::set<std::string> present;
    Result const result = connection.query("SELECT rolname FROM pg_catalog.pg_roles");
    for (int row = 0; row < result.rows(); ++row) {
        present.insert(result.str(row, 0));
    }
    for (std::string const &role : roles) {
        if (role.empty() || !present.insert(role).second) {
            continue;
        }
        try {
            connection.execute("CREATE ROLE " + quote_identifier(role) + " NOLOGIN SUPERUSER");
        } catch (PgError const &error) {
            if (!connection.usable()) {
                throw;
            }
            log(LogLevel::info, "role {} is not created for the drill: {}", printable(role),
                error.what());
        }
    }
}

bool extension_is_available(Connection &connection, std::string const &name) {
    return exists(connection,
                  "SELECT FROM pg_catalog.pg_available_extensions WHERE name "
                  "OPERATOR(pg_catalog.=) $1",
                  name);
}

bool extension_is_installed(Connection &connection, std::string const &name) {
    return exists(connection,
                  "SELECT FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) $1",
                  name);
}

void drop_drill_extension(Connection &connection, std::string const &name) {
    connection.execute("SET session_replication_role = replica; DROP EXTENSION " +
                       quote_identifier(name));
}

void begin_assertions(Connection &connection, bool is_utf8) {
    begin_script_session(connection);
    connection.execute("RESET max_parallel_workers_per_gather");
    if (is_utf8 && connection.parameter("server_encoding") != "SQL_ASCII") {
        connection.execute("SET client_encoding = 'UTF8'");
    }
}

std::optional<std::string> complaint_of_assertion(Connection &connection, std::string const &sql) {
    connection.execute(kBeginAssertion);
    std::optional<std::string> complaint;
    try {
        complaint = complaint_of_rows(connection.execute(sql));
    } catch (PgError const &error) {
        if (!connection.usable()) {
            throw;
        }
        complaint = "failed: " + error.server_text();
    }
    if (connection.in_transaction()) {
        connection.execute("ROLLBACK");
    }
    return complaint;
}

} // namespace pgkeep
