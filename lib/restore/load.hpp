// Loading the data of an archive: blocks in parallel, straight from the container into COPY.
//
// A block's text is checked against the index once more while it is sent, and a statement ends only
// after its block did, so that a file that changes under the restore loads nothing.
//
// A table that one worker loads alone is filled in one transaction that begins with TRUNCATE: the
// server then appends rows in their order, writes them frozen, and with wal_level = minimal logs
// nothing. Only tables that are empty and that no foreign key references are truncated, so nothing
// that an extension put into its tables is lost.
//
// A worker that has nothing left to load builds early objects (early_list.hpp), while others may
// still load.
//
// Thread-safety: called from the main thread; load_data() starts the workers.

#pragma once

#include "archive/reader.hpp"
#include "base/progress.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/early_objects.hpp"
#include "restore/selection.hpp"
#include "restore/workers.hpp"

#include <functional>
#include <set>
#include <stop_token>
#include <vector>

namespace pgkeep {

// What is built beside and right after the load.
struct EarlyWork {
    std::vector<EarlyObject> objects;
    // Builds one in the database that is loaded. Called from several threads at once, each with a
    // connection that is idle.
    std::function<void(EarlyObject const &object, Worker const &worker)> build;
};

// `manifest` is the whole one, since blocks refer to its numbers; only what `selection` takes is
// loaded. Returns the dump ids of the early objects that were built, with their
// remarks; some may be left.
[[nodiscard]] std::set<int> load_data(WorkPlace const &place, ArchiveReader const &archive,
                                      Manifest const &manifest, Selection const &selection,
                                      EarlyWork const &early, Progress &progress);

// The same over one connection, inside its open transaction: table after table, those that others
// reference first. Truncates nothing.
void load_data_in_transaction(Connection &connection, ArchiveReader const &archive,
                              Manifest const &manifest, Selection const &selection,
                              Progress &progress, std::stop_token const &token);

} // namespace pgkeep
