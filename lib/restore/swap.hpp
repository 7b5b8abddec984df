// The moment in which a restored database takes the name of the live one.
//
// Both renames, the comments and the owner and rights of the new database are one transaction:
// others see the name at every moment, first on the old database and then on the new one. ALTER
// DATABASE … RENAME keeps new sessions of the database waiting and wants the old ones gone, so a
// second connection ends these meanwhile, again and again. Databases are known by their oids: who
// meant another one by a name than the one that was looked at gets an error, and after a lost
// connection a new one finds out which state holds.
//
// A client that connects in that moment waits, and may be told that its database "seems to have
// just been dropped or renamed"; the next try succeeds. That is how the server treats every rename.
//
// Not for what the databases hold. Nothing here keeps a database from accepting connections.
//
// Thread-safety: one thread, which starts another for the time of each attempt.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/sessions.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

// What goes by the target's name now, and what becomes of it.
struct Outgoing {
    std::uint32_t oid = 0;
    std::string new_name;
    std::string mark;         // its comment from now on
    std::string plain_mark{}; // the same in bytes that every encoding knows; used if it must be
};

struct SwapPlan {
    std::string target; // the name that changes hands
    std::optional<Outgoing> outgoing;
    std::uint32_t incoming_oid = 0;
    std::string incoming_name;
    std::optional<std::string> comment; // of the incoming database from now on
    // Whose owner and ACL it gets; no value: it keeps its own. Not before it has the name: with
    // them come others, and until then it is ours alone.
    std::optional<DatabaseProperties> rights{};
    // What the outgoing database had when the incoming one was given the same. What differs in the
    // moment of the swap goes to the incoming one, too; no value: nothing does.
    std::optional<DatabaseProperties> seen{};
};

struct SwapResult {
    std::chrono::milliseconds duration{0}; // from the first attempt to the commit
    unsigned attempts = 0;
    unsigned ended_sessions = 0;
    std::string old_name; // what the outgoing database is called now; empty: there was none
    std::vector<std::string> warnings;
    std::vector<std::string>
        refused; // what could not be given to the incoming one, a sentence each
};

// A seam for tests: called with the connection of the swap. What before_commit throws ends the
// swap; what after_commit throws is as if COMMIT had thrown it.
struct SwapHooks {
    std::function<void(Connection &connection)> before_commit;
    std::function<void(Connection &connection)> after_commit;
    // Each attempt keeps clients waiting for at most this and the five seconds for which the server
    // waits for sessions to end; in the pauses between they get on with their work.
    std::chrono::milliseconds lock_timeout{3000};
    std::chrono::milliseconds pause{500};
};

// Throws an error that says that nothing was changed: Error{exists} when a name that must be free
// is taken or the target is another database than it was, Error{privilege} or Error{failed} when
// sessions, prepared transactions or locks stayed in the way through all attempts (then each is
// named; sessions are ended only while there is nothing that cannot be), Error{connection} when the
// connection was lost before the commit, Error{cancelled} when `token` fires between two attempts.
// Only one says that it does not know: Error{connection} when the connection was lost and the
// server cannot be asked any more. A connection that was lost after the commit is a success.
SwapResult swap_databases(Sessions const &sessions, SwapPlan const &plan,
                          SwapHooks const &hooks = {}, std::stop_token const &token = {});

// Drops what a swap replaced, with the sessions in it. Returns a sentence that says what is left
// and how to remove it when that was not possible, since the restore itself has succeeded.
[[nodiscard]] std::string drop_replaced(Sessions const &sessions, std::string const &old_name,
                                        std::uint32_t oid);

} // namespace pgkeep
