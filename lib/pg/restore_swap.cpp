#include "pg/restore_swap.hpp"

#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/savepoint.hpp"
#include "pg/text_array.hpp"

#include <thread>

namespace pgkeep {
namespace {

constexpr std::chrono::milliseconds kLookAgain{50};
constexpr int kClaimAttempts = 10;
// We speak every few milliseconds. A client that vanished (a cut network, a suspended machine)
// would keep all logins to the database waiting until the server's TCP gives up, hours later.
constexpr std::chrono::milliseconds kSilence{10'000};
constexpr char const *kBadData = "22"; // the class; 22021 is a character that is not valid

// What pg_terminate_backend() checks, so that one session that may not be ended does not save those
// listed behind it.
constexpr char const *kMayEnd =
    "(SELECT m.rolsuper FROM pg_catalog.pg_roles m WHERE m.rolname = CURRENT_USER) OR"
    " (NOT r.rolsuper AND (pg_catalog.pg_has_role(r.oid, 'USAGE')"
    " OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE')))";

std::vector<std::string> first_column(Result const &result) {
    std::vector<std::string> texts;
    for (int row = 0; row < result.rows(); ++row) {
        texts.push_back(result.str(row, 0));
    }
    return texts;
}

std::vector<DatabaseSession> sessions_of(Result const &result) {
    std::vector<DatabaseSession> sessions;
    for (int row = 0; row < result.rows(); ++row) {
        sessions.push_back(
            {result.str(row, 0), result.str(row, 1), result.str(row, 2), result.boolean(row, 3)});
    }
    return sessions;
}

// The keys of an advisory lock as pg_locks shows them. Such a lock belongs to one database, and
// two runs may be connected to different ones, so the view is asked as well as the lock.
constexpr char const *kClaimHolder =
    "SELECT l.pid, COALESCE(a.application_name, ''), COALESCE(pg_catalog.to_char(a.backend_start,"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"
    " FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted"
    " AND l.classid::bigint = pg_catalog.hashtext('pgkeep target')::bigint & 4294967295"
    " AND l.objid::bigint = pg_catalog.hashtext($1)::bigint & 4294967295"
    " AND l.pid <> pg_catalog.pg_backend_pid() ORDER BY l.pid LIMIT 1";

} // namespace

std::optional<DatabaseState> read_database_state(Connection &connection, std::string const &name) {
    auto const oid = find_database(connection, name);
    if (!oid) {
        return std::nullopt;
    }
    Result const row = connection.query(
        "SELECT pg_catalog.pg_get_userbyid(d.datdba), d.datallowconn, d.datconnlimit,"
        " NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = SESSION_USER),"
        " CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT')"
        "   OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')"
        "   THEN pg_catalog.pg_database_size(d.oid) ELSE 0 END,"
        " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid"
        "   AND a.usesysid IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid())"
        " FROM pg_catalog.pg_database d WHERE d.oid = $1::pg_catalog.oid",
        {std::to_string(*oid)});
    if (row.rows() == 0) {
        return std::nullopt;
    }
    DatabaseState state;
    state.oid = *oid;
    state.owner = row.str(0, 0);
    state.allows_connections = row.boolean(0, 1);
    state.connection_limit = row.integer(0, 2);
    state.limit_is_ours = row.boolean(0, 3);
    state.size = row.unsigned_integer(0, 4);
    state.sessions = static_cast<unsigned>(row.unsigned_integer(0, 5));
    return state;
}

std::string describe_session(DatabaseSession const &session) {
    return "server process " + session.pid + " (application \"" + printable(session.application) +
           "\", role \"" + printable(session.role) + "\")";
}

std::vector<DatabaseSession> list_sessions(Connection &connection, DatabaseOids const &oids) {
    return sessions_of(connection.query(
        std::string{"SELECT a.pid, COALESCE(a.application_name, ''), r.rolname, "} + kMayEnd +
            " FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid"
            " WHERE a.datid = ANY ($1::pg_catalog.oid[]) AND a.pid <> pg_catalog.pg_backend_pid()"
            " ORDER BY a.pid",
        {format_oid_array(oids)}));
}

std::vector<DatabaseSession> list_lock_holders(Connection &connection, DatabaseOids const &oids) {
    return sessions_of(connection.query(
        "SELECT DISTINCT l.pid, COALESCE(a.application_name, ''), COALESCE(a.usename, ''), false"
        " FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
        " WHERE l.locktype = 'object' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()"
        " AND l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass"
        " AND l.objid = ANY ($1::pg_catalog.oid[]) ORDER BY l.pid",
        {format_oid_array(oids)}));
}

void silence_warnings(Connection &connection) {
    connection.execute("SET client_min_messages = error");
}

std::vector<std::string> terminate_sessions(Connection &connection, DatabaseOids const &oids) {
    return first_column(
        connection.query(std::string{"SELECT a.pid || COALESCE(' ' || a.backend_start, ''),"
                                     " pg_catalog.pg_terminate_backend(a.pid)"
                                     " FROM pg_catalog.pg_stat_activity a"
                                     " JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid"
                                     " WHERE a.datid = ANY ($1::pg_catalog.oid[])"
                                     " AND a.pid <> pg_catalog.pg_backend_pid() AND ("} +
                             kMayEnd + ")",
                         {format_oid_array(oids)}));
}

bool terminate_and_wait(Connection &connection, std::string const &pid,
                        std::string const &application, std::chrono::milliseconds limit) {
    auto const deadline = std::chrono::steady_clock::now() + limit;
    while (connection
               .query("SELECT pg_catalog.pg_terminate_backend(pid)"
                      " FROM pg_catalog.pg_stat_activity"
                      " WHERE pid = $1::pg_catalog.int4 AND application_name = $2",
                      {pid, application})
               .rows() > 0) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    return true;
}

std::vector<std::string> list_prepared_transactions(Connection &connection, std::uint32_t oid) {
    return first_column(
        connection.query("SELECT p.gid FROM pg_catalog.pg_prepared_xacts p"
                         " JOIN pg_catalog.pg_database d ON d.datname = p.database"
                         " WHERE d.oid = $1::pg_catalog.oid ORDER BY p.prepared, p.gid",
                         {std::to_string(oid)}));
}

std::vector<std::string> list_replication_slots(Connection &connection, std::uint32_t oid) {
    return first_column(
        connection.query("SELECT slot_name FROM pg_catalog.pg_replication_slots"
                         " WHERE datoid = $1::pg_catalog.oid AND NOT temporary ORDER BY slot_name",
                         {std::to_string(oid)}));
}

std::vector<std::string> list_subscriptions(Connection &connection, std::uint32_t oid) {
    return first_column(connection.query("SELECT subname FROM pg_catalog.pg_subscription"
                                         " WHERE subdbid = $1::pg_catalog.oid ORDER BY subname",
                                         {std::to_string(oid)}));
}

bool owns_database(Connection &connection, std::uint32_t oid) {
    Result const result =
        connection.query("SELECT FROM pg_catalog.pg_database WHERE oid = $1::pg_catalog.oid"
                         " AND pg_catalog.pg_has_role(datdba, 'USAGE')",
                         {std::to_string(oid)});
    return result.rows() == 1;
}

std::vector<CommentedDatabase> list_commented_databases(Connection &connection) {
    Result const result = connection.query(
        "SELECT oid, datname, pg_catalog.pg_get_userbyid(datdba),"
        " pg_catalog.shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database");
    std::vector<CommentedDatabase> databases;
    for (int row = 0; row < result.rows(); ++row) {
        databases.push_back({static_cast<std::uint32_t>(result.unsigned_integer(row, 0)),
                             result.str(row, 1), result.str(row, 2), result.optional(row, 3)});
    }
    return databases;
}

void make_commits_durable(Connection &connection) {
    connection.execute("SELECT pg_catalog.set_config('synchronous_commit', 'local', false)"
                       " WHERE pg_catalog.current_setting('synchronous_commit') = 'off'");
}

std::string begin_swap(Connection &connection, std::chrono::milliseconds lock_timeout) {
    make_commits_durable(connection);
    return connection
        .execute("BEGIN; SET LOCAL lock_timeout = " + std::to_string(lock_timeout.count()) +
                 "; SET LOCAL idle_in_transaction_session_timeout = " +
                 std::to_string(kSilence.count()) + "; SELECT pg_catalog.pg_backend_pid()")
        .str(0, 0);
}

void rename_in_transaction(Connection &connection, std::string const &from, std::string const &to) {
    connection.execute("ALTER DATABASE " + quote_identifier(from) + " RENAME TO " +
                       quote_identifier(to));
}

bool comment_on_database(Connection &connection, std::string const &name,
                         std::optional<std::string> const &comment) {
    std::string const sql = "COMMENT ON DATABASE " + quote_identifier(name) + " IS " +
                            (comment ? quote_literal(*comment) : std::string{"NULL"});
    try {
        if (connection.in_transaction()) {
            with_savepoint(connection, [&] { connection.execute(sql); });
        } else {
            connection.execute(sql);
        }
        return true;
    } catch (PgError const &error) {
        if (!connection.usable() || !error.sqlstate().starts_with(kBadData)) {
            throw;
        }
        return false;
    }
}

std::optional<ClaimHolder> claim_target_name(Connection &connection, std::string const &name) {
    constexpr char const *kKeys = "(pg_catalog.hashtext('pgkeep target'), pg_catalog.hashtext($1))";
    // Again when the holder went away between the two questions.
    for (int attempt = 0; attempt < kClaimAttempts; ++attempt) {
        bool const claimed =
            connection
                .query_row(std::string{"SELECT pg_catalog.pg_try_advisory_lock"} + kKeys, {name})
                .boolean(0, 0);
        Result const holder = connection.query(kClaimHolder, {name});
        if (holder.rows() > 0) {
            if (claimed) {
                connection.query(std::string{"SELECT pg_catalog.pg_advisory_unlock"} + kKeys,
                                 {name});
            }
            return ClaimHolder{holder.str(0, 0), holder.str(0, 1), holder.str(0, 2)};
        }
        if (claimed) {
            return std::nullopt;
        }
    }
    return ClaimHolder{"unknown", "", ""};
}

} // namespace pgkeep
