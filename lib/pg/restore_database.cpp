// The part of pg/restore_catalog.hpp that concerns whole databases: found, created, dropped.

#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/database_properties.hpp"
#include "pg/restore_catalog.hpp"

#include <algorithm>
#include <utility>

namespace pgkeep {
namespace {

std::string option(char const *name, std::string const &value) {
    return std::string{" "} + name + " = " + quote_literal(value);
}

std::string provider_options(DatabaseProperties const &properties) {
    switch (properties.locale_provider) {
    case 'i':
        return " LOCALE_PROVIDER = icu" + option("ICU_LOCALE", properties.locale) +
               (properties.icu_rules.empty() ? "" : option("ICU_RULES", properties.icu_rules));
    case 'b':
        return " LOCALE_PROVIDER = builtin" + option("BUILTIN_LOCALE", properties.locale);
    default:
        return " LOCALE_PROVIDER = libc";
    }
}

std::string create_statement(int server_version, std::string const &name,
                             DatabaseProperties const &properties) {
    std::string sql = "CREATE DATABASE " + quote_identifier(name) + " TEMPLATE = template0";
    if (!properties.encoding.empty()) {
        sql += option("ENCODING", properties.encoding) + option("LC_COLLATE", properties.collate) +
               option("LC_CTYPE", properties.ctype);
        sql += server_version >= 150000 ? provider_options(properties) : "";
    }
    // To name the default would need a right on it that not everybody has.
    if (!properties.tablespace.empty() && properties.tablespace != "pg_default") {
        sql += " TABLESPACE = " + quote_identifier(properties.tablespace);
    }
    return sql;
}

// Not a server-side comparison: see the header.
std::optional<std::string> oid_of_database(Connection &connection, std::string const &name) {
    Result const result = connection.query("SELECT oid, datname FROM pg_catalog.pg_database");
    for (int row = 0; row < result.rows(); ++row) {
        if (result.text(row, 1) == name) {
            return result.str(row, 0);
        }
    }
    return std::nullopt;
}

void end_sessions(Connection &connection, std::string const &oid) {
    connection.query("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
                     " WHERE datid = $1::oid AND pid <> pg_catalog.pg_backend_pid()",
                     {oid});
}

// Whether `locale` is one that the server's C library has: the server checks these settings with
// setlocale().
bool has_libc_locale(Connection &connection, std::string const &locale) {
    try {
        connection.query("SELECT pg_catalog.set_config('lc_monetary', $1, true)", {locale});
        return true;
    } catch (PgError const &) {
        if (!connection.usable()) {
            throw;
        }
        return false;
    }
}

} // namespace

std::optional<std::uint32_t> find_database(Connection &connection, std::string const &name) {
    auto const oid = oid_of_database(connection, name);
    return oid ? std::optional{static_cast<std::uint32_t>(std::stoul(*oid))} : std::nullopt;
}

std::optional<std::string> database_name(Connection &connection, std::uint32_t oid) {
    Result const result = connection.query(
        "SELECT datname FROM pg_catalog.pg_database WHERE oid = $1::oid", {std::to_string(oid)});
    return result.rows() == 1 ? std::optional{result.str(0, 0)} : std::nullopt;
}

void create_staging_database(Connection &connection, std::string const &name,
                             DatabaseProperties const &properties, std::string const &mark) {
    std::string const database = quote_identifier(name);
    connection.execute(create_statement(connection.server_version(), name, properties) +
                       " ALLOW_CONNECTIONS = false");
    connection.execute("REVOKE ALL ON DATABASE " + database + " FROM PUBLIC");
    if (acts_as_other_role(connection)) {
        connection.execute("GRANT CONNECT ON DATABASE " + database + " TO SESSION_USER");
    }
    connection.execute("COMMENT ON DATABASE " + database + " IS " + quote_literal(mark));
    connection.execute("ALTER DATABASE " + database + " ALLOW_CONNECTIONS = true");
}

void expect_public_of(Connection &connection, int pg_dump_major) {
    constexpr int kFirst = 15;
    if (pg_dump_major >= kFirst && connection.server_version() / 10000 < kFirst &&
        connection.query("SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'public'").rows() ==
            1) {
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    }
}

void drop_database(Connection &connection, std::string const &name) {
    auto const oid = oid_of_database(connection, name);
    if (!oid) {
        return;
    }
    std::string const database = quote_identifier(name);
    bool const is_template =
        connection
            .query_row("SELECT datistemplate FROM pg_catalog.pg_database WHERE oid = $1::oid",
                       {*oid})
            .boolean(0, 0);
    if (is_template) {
        connection.execute("ALTER DATABASE " + database + " IS_TEMPLATE false");
    }
    if (connection.server_version() >= 130000) {
        connection.execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
        return;
    }
    end_sessions(connection, *oid);
    connection.execute("DROP DATABASE IF EXISTS " + database);
}

void drop_subscriptions(Connection &connection) {
    Result const result = connection.query("SELECT s.subname FROM pg_catalog.pg_subscription s "
                                           "JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
                                           " WHERE d.datname = pg_catalog.current_database()");
    for (int row = 0; row < result.rows(); ++row) {
        std::string const name = quote_identifier(result.str(row, 0));
        connection.execute("ALTER SUBSCRIPTION " + name + " DISABLE");
        connection.execute("ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)");
        connection.execute("DROP SUBSCRIPTION " + name);
    }
}

bool claim_staging_name(Connection &connection, std::string const &name) {
    return connection
        .query_row("SELECT pg_catalog.pg_try_advisory_lock("
                   "pg_catalog.hashtext('pgkeep staging'), pg_catalog.hashtext($1))",
                   {name})
        .boolean(0, 0);
}

std::vector<std::string> list_left_over(Connection &connection, std::string const &name_regex,
                                        std::string const &mark) {
    Result const result = connection.query(
        "SELECT d.datname FROM pg_catalog.pg_database d"
        " WHERE d.datname ~ $1 AND pg_catalog.starts_with("
        "   coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), $2), $2)"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND "
        "l.objsubid = 2"
        "   AND l.classid::bigint = pg_catalog.hashtext('pgkeep staging')::bigint & 4294967295"
        "   AND l.objid::bigint = pg_catalog.hashtext(d.datname::text)::bigint & 4294967295)"
        " ORDER BY 1",
        {name_regex, mark});
    std::vector<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.push_back(result.str(row, 0));
    }
    return names;
}

std::vector<std::string> missing_locale(Connection &connection,
                                        DatabaseProperties const &properties) {
    std::vector<std::string> missing;
    if (connection.query_row("SELECT pg_catalog.pg_char_to_encoding($1) < 0", {properties.encoding})
            .boolean(0, 0)) {
        missing.push_back("the server does not know the encoding " +
                          printable(properties.encoding) +
                          ": use a server of the archive's version or newer");
    }
    for (auto const *locale : {&properties.collate, &properties.ctype}) {
        bool const repeated = locale == &properties.ctype && properties.ctype == properties.collate;
        if (!repeated && !has_libc_locale(connection, *locale)) {
            missing.push_back(
                "the server's operating system lacks the locale \"" + printable(*locale) +
                "\": install it there (on Debian with locale-gen) and restart the server");
        }
    }
    if (properties.locale_provider == 'i' &&
        connection.query("SELECT FROM pg_catalog.pg_collation WHERE collprovider = 'i' LIMIT 1")
                .rows() == 0) {
        missing.push_back("the server was built without ICU, which the archive's locale \"" +
                          printable(properties.locale) + "\" needs: use a server with ICU");
    }
    return missing;
}

} // namespace pgkeep
