// SQL of a backup's transactions: one exported snapshot that several connections share, and its
// locks.
//
// The keeper exports; workers and pg_dump import. The snapshot lives as long as the keeper's
// transaction.
//
// Thread-safety: as the Connection.

#pragma once

#include "base/clock.hpp"
#include "pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pgkeep {

enum class SnapshotIsolation { repeatable_read, serializable_deferrable };

struct Snapshot {
    std::string id; // of pg_export_snapshot()
    Time time{};    // the server's clock when it was taken
};

// Whether the server is a standby.
[[nodiscard]] bool is_in_recovery(Connection &connection);

// BEGIN … READ ONLY and pg_export_snapshot(). A transaction that is open is rolled back first. On a
// standby, which knows no serializable transactions, repeatable_read is used instead, as pg_dump
// does.
[[nodiscard]] Snapshot export_snapshot(Connection &connection, SnapshotIsolation isolation);

// BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT. A transaction that is
// open is rolled back first.
void import_snapshot(Connection &connection, std::string const &snapshot_id);

// Ends the transaction, and with it the snapshot and all locks. Without one it does nothing.
void end_snapshot(Connection &connection);

// Asks the server something: a keeper that was terminated has lost its locks, and a table that no
// worker had locked yet may have been truncated since. Throws PgError{connection}.
void require_alive(Connection &keeper);

// A relation for locking and copying.
struct RelationName {
    std::uint32_t oid = 0;
    std::string schema;
    std::string name;
};

// ACCESS SHARE on all of `relations`, in batches. `timeout` zero: wait for ever. Throws
// Error{schema_moved} when one of them is gone or no longer the same oid, or when the server ended
// a deadlock: a new attempt, which begins without locks, can succeed. Throws PgError{privilege}
// that names the table, and Error{failed} with a hint about --lock-wait-timeout when the wait
// ended.
void lock_relations(Connection &connection, std::vector<RelationName> const &relations,
                    std::chrono::milliseconds timeout);

// Throws Error{schema_moved} when the name no longer means this relation: a schema can be renamed
// whatever locks there are.
void require_same_relation(Connection &connection, RelationName const &relation);

// Throws Error{schema_moved} unless this transaction holds a lock on every one of them. For names
// that it locked or copied itself one query afterwards tells that they meant these relations, also
// when schemas were renamed to and fro meanwhile.
void require_locked(Connection &connection, std::vector<RelationName> const &relations);

// A session on the server. When it has ended its number may soon be that of another one.
struct ServerSession {
    int pid = 0;
    std::string started; // in the server's words
};
[[nodiscard]] ServerSession own_session(Connection &connection);

// Whose locks count.
struct LockHolders {
    std::vector<ServerSession> sessions;
    std::string application_name; // and all sessions of this name in this database; empty: none
};
// Somebody who waits for a lock because of one of `holders`.
struct BlockedSession {
    int pid = 0;
    std::string waits_for; // `AccessExclusiveLock on table public.t`
};
// `connection` is in no transaction, in which the server would repeat an old answer.
[[nodiscard]] std::vector<BlockedSession> list_blocked_by(Connection &connection,
                                                          LockHolders const &holders);
// Ends these sessions, and with them their locks. `connection` as above.
void end_sessions(Connection &connection, LockHolders const &holders);

// The statement that takes one lock or fails at once (SQLSTATE 55P03); for use in front of a COPY.
[[nodiscard]] std::string lock_nowait_statement(RelationName const &relation);

// What must not change between snapshot and lock: for each relation its filenode and a digest of
// its columns, as the keeper's snapshot sees it in the catalog tables.
class SnapshotState {
public:
    // `keeper` is in the snapshot's transaction.
    SnapshotState(Connection &keeper, std::vector<RelationName> relations);

    // Throws Error{schema_moved} that names the first relation which is not what it was. `observer`
    // is outside of any snapshot, and sees what is now.
    void require_unmoved(Connection &observer) const;

private:
    struct State {
        std::string filenode;
        std::string place;
        std::string columns;
    };
    using States = std::map<std::uint32_t, State>; // by oid
    [[nodiscard]] States read(Connection &connection) const;
    [[nodiscard]] static std::string difference(State const &then, State const &now);

    std::vector<RelationName> relations_;
    States then_;
};
// The same for what decides how values look and is not locked with a table: labels of enum types
// and attributes of composite types that the snapshot knows.
void require_types_unmoved(Connection &keeper, Connection &observer);

} // namespace pgkeep
