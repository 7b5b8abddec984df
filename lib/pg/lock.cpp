#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/savepoint.hpp"
#include "pg/snapshot.hpp"
#include "pg/sqlstate.hpp"
#include "pg/text_array.hpp"

#include <algorithm>
#include <span>

namespace pgkeep {

namespace {

// Few enough that finding the one that failed is quick, many enough that ten thousand tables are 50
// round trips.
constexpr std::size_t kLockedAtOnce = 200;

constexpr std::string_view kMovedHint =
    "The schema is being changed while it is read; run it again when that is done.";

std::string lock_statement(std::span<RelationName const> relations, std::string const &wait) {
    std::string sql = "LOCK TABLE ";
    for (auto const &relation : relations) {
        sql += &relation == &relations.front() ? "ONLY " : ", ONLY ";
        sql += quote_qualified(relation.schema, relation.name);
    }
    return sql + " IN ACCESS SHARE MODE" + wait;
}

[[noreturn]] void throw_moved(RelationName const &relation, std::string const &what) {
    throw Error{ErrorKind::schema_moved,
                "table " + printable_name(relation.schema, relation.name) + ' ' + what,
                std::string{kMovedHint}};
}

// `server process 12`, or `prepared transaction "x"`, which has no process any more.
std::string lock_owner(Result const &locks, int row) {
    return locks.is_null(row, 0) ? "prepared transaction \"" + printable(locks.text(row, 1)) + '"'
                                 : "server process " + locks.str(row, 0);
}

// Server processes of ours that still are, for parameters_of() the holders. With the time at which
// each began: of a session that has ended, the number may be that of an innocent one.
constexpr std::string_view kLiving =
    "SELECT a.pid FROM pg_catalog.pg_stat_activity AS a"
    " WHERE $3::pg_catalog.text OPERATOR(pg_catalog.<>) ''"
    " AND a.application_name OPERATOR(pg_catalog.=) $3"
    " AND a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"
    " OR EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.int4[]),"
    " pg_catalog.unnest($2::pg_catalog.text[])) AS h(pid, started)"
    " WHERE h.pid OPERATOR(pg_catalog.=) a.pid"
    " AND h.started OPERATOR(pg_catalog.=) COALESCE(a.backend_start::pg_catalog.text, ''))";

std::vector<std::optional<std::string>> parameters_of(LockHolders const &holders) {
    std::vector<std::uint32_t> pids;
    std::vector<std::string> started;
    for (ServerSession const &session : holders.sessions) {
        pids.push_back(static_cast<std::uint32_t>(session.pid));
        started.push_back(session.started);
    }
    return {format_oid_array(pids), format_text_array(started), holders.application_name};
}

// ` (held by server process 12, prepared transaction "x")`, as far as it is still so. Who waits for
// the exclusive lock keeps us waiting too.
std::string holders(Connection &connection, RelationName const &relation) {
    auto const result = connection.query(
        "SELECT DISTINCT l.pid, p.gid, l.granted FROM pg_catalog.pg_locks AS l"
        // What tells which one it is: the lock that each transaction holds on itself.
        " LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL"
        " AND x.locktype OPERATOR(pg_catalog.=) 'transactionid'"
        " AND x.virtualtransaction OPERATOR(pg_catalog.=) l.virtualtransaction"
        " LEFT JOIN pg_catalog.pg_prepared_xacts AS p"
        " ON p.transaction OPERATOR(pg_catalog.=) x.transactionid"
        " WHERE l.relation OPERATOR(pg_catalog.=) $1::pg_catalog.oid"
        " AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d"
        " WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())"
        " AND l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock' ORDER BY 3 DESC, 1, 2",
        {std::to_string(relation.oid)});
    std::string text;
    for (int row = 0; row < result.rows(); ++row) {
        text += (row == 0 ? " (" : ", ") +
                std::string{result.boolean(row, 2) ? "held by " : "wanted by "} +
                lock_owner(result, row);
    }
    return text.empty() ? text : text + ")";
}

[[noreturn]] void explain(Connection &connection, RelationName const &relation,
                          PgError const &error) {
    auto const &state = error.sqlstate();
    if (state == sqlstate::kUndefinedTable || state == sqlstate::kUndefinedSchema) {
        throw_moved(relation, "is gone since the snapshot was taken");
    }
    if (state == sqlstate::kWrongObjectType) {
        throw_moved(relation, "is no table any more");
    }
    if (state == sqlstate::kDeadlock) {
        // What we have must be given back before the other one can go on.
        throw_moved(relation, "is locked by somebody who waits for what is locked already");
    }
    auto const name = printable_name(relation.schema, relation.name);
    if (state == sqlstate::kLockNotAvailable) {
        throw PgError{error.kind(),
                      "cannot lock table " + name + " in time" + holders(connection, relation),
                      error.hint(), state, error.server_text()};
    }
    throw PgError{error.kind(), "cannot lock table " + name + ": " + error.server_text(),
                  error.hint(), state, error.server_text()};
}

// Locks one table after the other, to name the one for which the batch failed. Does not wait for a
// lock that the batch has waited for already.
void lock_singly(Connection &connection, std::span<RelationName const> batch, bool wait) {
    for (auto const &relation : batch) {
        try {
            with_savepoint(connection, [&] {
                connection.execute(lock_statement({&relation, 1}, wait ? "" : " NOWAIT"));
            });
        } catch (PgError const &error) {
            if (!connection.usable()) {
                throw;
            }
            explain(connection, relation, error);
        }
    }
}

void lock_batch(Connection &connection, std::span<RelationName const> batch) {
    try {
        with_savepoint(connection, [&] { connection.execute(lock_statement(batch, "")); });
    } catch (PgError const &error) {
        if (!connection.usable()) {
            throw;
        }
        lock_singly(connection, batch, error.sqlstate() != sqlstate::kLockNotAvailable);
    }
}

// A table that was dropped and made again has its old name and another oid. to_regclass() sees what
// is now, whatever the snapshot; our locks keep it so.
void require_same_oids(Connection &connection, std::span<RelationName const> batch) {
    std::vector<std::string> names;
    names.reserve(batch.size());
    for (auto const &relation : batch) {
        names.push_back(quote_qualified(relation.schema, relation.name));
    }
    auto const result = connection.query("SELECT pg_catalog.to_regclass(name)::pg_catalog.oid"
                                         " FROM pg_catalog.unnest($1::pg_catalog.text[])"
                                         " WITH ORDINALITY AS names(name, number) ORDER BY number",
                                         {format_text_array(names)});
    for (int row = 0; row < result.rows(); ++row) {
        auto const &relation = batch[static_cast<std::size_t>(row)];
        if (result.is_null(row, 0)) {
            throw_moved(relation, "is gone since the snapshot was taken");
        }
        if (result.unsigned_integer(row, 0) != relation.oid) {
            throw_moved(relation, "was dropped and made again since the snapshot was taken");
        }
    }
}

} // namespace

void lock_relations(Connection &connection, std::vector<RelationName> const &relations,
                    std::chrono::milliseconds timeout) {
    connection.execute("SET LOCAL lock_timeout = " + std::to_string(timeout.count()));
    std::span<RelationName const> rest{relations};
    while (!rest.empty()) {
        auto const batch = rest.first(std::min(kLockedAtOnce, rest.size()));
        lock_batch(connection, batch);
        require_same_oids(connection, batch);
        rest = rest.subspan(batch.size());
    }
    connection.execute("SET LOCAL lock_timeout = 0");
}

void require_same_relation(Connection &connection, RelationName const &relation) {
    require_same_oids(connection, {&relation, 1});
}

void require_locked(Connection &connection, std::vector<RelationName> const &relations) {
    if (relations.empty()) {
        return;
    }
    std::vector<std::uint32_t> oids;
    oids.reserve(relations.size());
    for (auto const &relation : relations) {
        oids.push_back(relation.oid);
    }
    auto const missing =
        connection.query("SELECT oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS oid"
                         " EXCEPT SELECT relation FROM pg_catalog.pg_locks"
                         " WHERE pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND granted"
                         " AND locktype OPERATOR(pg_catalog.=) 'relation'",
                         {format_oid_array(oids)});
    if (missing.rows() > 0) {
        auto const oid = missing.unsigned_integer(0, 0);
        throw_moved(*std::ranges::find(relations, oid, &RelationName::oid),
                    "was renamed while it was copied");
    }
}

ServerSession own_session(Connection &connection) {
    auto const row =
        connection.query_row("SELECT pid, COALESCE(backend_start::pg_catalog.text, '')"
                             " FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())");
    return {static_cast<int>(row.unsigned_integer(0, 0)), row.str(0, 1)};
}

std::vector<BlockedSession> list_blocked_by(Connection &connection, LockHolders const &holders) {
    auto const waiting = connection.query(
        "SELECT w.pid, w.mode, n.nspname, c.relname FROM pg_catalog.pg_locks AS w"
        " LEFT JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) w.relation"
        " AND w.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d"
        " WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())"
        " LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
        " WHERE NOT w.granted AND w.pid IS NOT NULL"
        " AND pg_catalog.pg_blocking_pids(w.pid) OPERATOR(pg_catalog.&&) ARRAY(" +
            std::string{kLiving} + ")",
        parameters_of(holders));
    std::vector<BlockedSession> sessions;
    for (int row = 0; row < waiting.rows(); ++row) {
        std::string const on =
            waiting.is_null(row, 2)
                ? std::string{}
                : " on table " + printable_name(waiting.text(row, 2), waiting.text(row, 3));
        sessions.push_back(
            {static_cast<int>(waiting.unsigned_integer(row, 0)), waiting.str(row, 1) + on});
    }
    return sessions;
}

void end_sessions(Connection &connection, LockHolders const &holders) {
    (void)connection.query("SELECT pg_catalog.pg_terminate_backend(pid) FROM (" +
                               std::string{kLiving} + ") AS living",
                           parameters_of(holders));
}

std::string lock_nowait_statement(RelationName const &relation) {
    return lock_statement({&relation, 1}, " NOWAIT");
}

} // namespace pgkeep
