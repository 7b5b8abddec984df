// Restoring inside a database that exists: without CREATEDB (--in-place), or a part of an archive.
//
// Everything happens in one transaction over one connection: locks, removing what is there, schema,
// rows, sequences, indexes, statistics, proof. Until the COMMIT nobody sees a change; a failure, a
// signal or the death of either side before it leaves the database as it was. Others who use the
// tables wait meanwhile.
//
// The safety snapshot is taken when others can read what is to be replaced, but not write to it any
// more: afterwards there is no old database to look into, so what is not in the snapshot would be
// lost. Large objects and sequences cannot be locked in such a way; the backup needs the same lock.
//
// In three ways: the whole archive in place of all that the database has; new objects beside those
// that are there (never instead of one); rows alone, into tables that exist.
//
// Thread-safety: one thread.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "proc/toc.hpp"
#include "restore/content.hpp"
#include "restore/obstacle.hpp"
#include "restore/proof.hpp"
#include "restore/restore.hpp"
#include "restore/sessions.hpp"

#include <chrono>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

// What stands in the way of putting a whole archive into the database that `inside` is connected
// to. Changes nothing.
void add_in_place_obstacles(Connection &inside, Manifest const &manifest, Obstacles &obstacles);
// The same for a part of it, beside what the database has.
void add_part_obstacles(Connection &inside, Manifest const &manifest, RestorePart const &part,
                        Obstacles &obstacles);

// That texts of the encoding `archived` can be stored in the database that `inside` is connected
// to, or what is said about it. `as_bytes`: SQL_ASCII, on either side, takes them as they are.
void add_encoding_obstacle(Connection &inside, std::string const &archived, bool as_bytes,
                           Obstacles &obstacles);

struct InPlaceOptions {
    bool clean = false; // the whole archive, in place of everything
    RestorePart part;   // when not `clean`
    RestoreCheck check = RestoreCheck::content;
    std::chrono::milliseconds lock_timeout{60000}; // for each lock
    std::function<void()> snapshot{};              // takes the safety snapshot; empty: none
    // Called with the number of the transaction before it is committed; empty: nobody is told.
    std::function<void(std::string const &)> announce{};
};

struct InPlaceResult {
    Proof proof;
    std::vector<std::string> warnings;
};

// Throws what went wrong, with a hint that says what holds now. `done` is called inside the
// transaction: `created` once the way is free, then the content's own steps, `proven` last; what it
// throws rolls back too.
[[nodiscard]] InPlaceResult restore_in_transaction(Sessions const &sessions,
                                                   std::string const &database, Content &content,
                                                   InPlaceOptions const &options,
                                                   StepDone const &done, Progress &progress,
                                                   std::stop_token const &token);

// Dump ids of the entries that must be left out because what they create is there: schemas and
// extensions, with what only their owner may say about them. `cleaned`: everything else was
// removed, so schemas get the privileges of the archive. `roles`: the archive's.
[[nodiscard]] std::set<int> entries_that_exist(Connection &connection,
                                               std::vector<TocEntry> const &toc,
                                               std::vector<std::string> const &roles, bool cleaned);

} // namespace pgkeep
