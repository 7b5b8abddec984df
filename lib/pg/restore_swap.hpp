// SQL of the swap of a restored database with the live one: who uses a database, who may be ended,
// what forbids that it is replaced, and the parts of the one transaction that gives both their
// names.
//
// Databases are meant by oid wherever the server allows it, since names can change hands while a
// restore runs. Not for the order of events: restore/swap.hpp.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

using DatabaseOids = std::vector<std::uint32_t>;

// A database as it can be seen from outside.
struct DatabaseState {
    std::uint32_t oid = 0;
    std::string owner;
    bool allows_connections = true;
    std::int64_t connection_limit = -1; // -2: a DROP DATABASE of it was interrupted
    bool limit_is_ours = true;          // the limit counts for us; not for superusers
    std::uint64_t size = 0;             // 0 without the right to ask
    unsigned sessions = 0;              // of clients and background workers
};
[[nodiscard]] std::optional<DatabaseState> read_database_state(Connection &connection,
                                                               std::string const &name);

// A session inside a database.
struct DatabaseSession {
    std::string pid;
    std::string application;
    std::string role;
    bool may_end = true; // the current role has the right
};
// `server process 12 (application "psql", role "app")`
[[nodiscard]] std::string describe_session(DatabaseSession const &session);

// Sessions of roles; autovacuum workers, which a rename itself sends away, are left out.
[[nodiscard]] std::vector<DatabaseSession> list_sessions(Connection &connection,
                                                         DatabaseOids const &oids);
// Sessions that hold a lock on one of the databases as an object, as CREATE DATABASE … TEMPLATE
// does.
[[nodiscard]] std::vector<DatabaseSession> list_lock_holders(Connection &connection,
                                                             DatabaseOids const &oids);
// From now on the session hears no warnings: the two functions below would get one for each session
// that was gone by itself a moment before.
void silence_warnings(Connection &connection);
// Ends every session inside that the current role may end. Returns an identity for each, the same
// one when a session takes its time and is ended again.
[[nodiscard]] std::vector<std::string> terminate_sessions(Connection &connection,
                                                          DatabaseOids const &oids);
// Ends the server process `pid` if it is one with this application_name, and waits until it is
// gone. False: it is still there after `limit`.
[[nodiscard]] bool terminate_and_wait(Connection &connection, std::string const &pid,
                                      std::string const &application,
                                      std::chrono::milliseconds limit);

// What forbids that a database is replaced. Names only.
[[nodiscard]] std::vector<std::string> list_prepared_transactions(Connection &connection,
                                                                  std::uint32_t oid);
[[nodiscard]] std::vector<std::string> list_replication_slots(Connection &connection,
                                                              std::uint32_t oid);
[[nodiscard]] std::vector<std::string> list_subscriptions(Connection &connection,
                                                          std::uint32_t oid);
// The current role is the owner, a member of it, or a superuser.
[[nodiscard]] bool owns_database(Connection &connection, std::uint32_t oid);

// Every database with its comment.
struct CommentedDatabase {
    std::uint32_t oid = 0;
    std::string name;
    std::string owner;
    std::optional<std::string> comment;
};
[[nodiscard]] std::vector<CommentedDatabase> list_commented_databases(Connection &connection);

// From now on a commit of this session has reached the disk when it returns, also for a role with
// synchronous_commit = off.
void make_commits_durable(Connection &connection);
// BEGIN, with a limit for each wait for a lock, and one of ten seconds for how long the server
// waits for our next statement before it ends the session. Returns the server process that runs it,
// which behind a pooler is not the one that libpq knows.
[[nodiscard]] std::string begin_swap(Connection &connection,
                                     std::chrono::milliseconds lock_timeout);
// ALTER DATABASE … RENAME, once: fails with SQLSTATE 55006 when sessions stay for five seconds.
void rename_in_transaction(Connection &connection, std::string const &from, std::string const &to);
// COMMENT ON DATABASE; no value removes it. False when the text is of bytes that are not valid in
// the encoding of the database that we are connected to. An open transaction goes on then.
[[nodiscard]] bool comment_on_database(Connection &connection, std::string const &name,
                                       std::optional<std::string> const &comment);

// Who restores a target already.
struct ClaimHolder {
    std::string pid;
    std::string application;
    std::string since; // as of format_iso(); empty without the right to see it
};
// Says to other runs, as long as this session lives, that `name` is being restored. Returns the
// session that said so before, and then claims nothing.
[[nodiscard]] std::optional<ClaimHolder> claim_target_name(Connection &connection,
                                                           std::string const &name);

} // namespace pgkeep
