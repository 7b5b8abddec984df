// The data phase of a backup: workers copy tables and large objects in parallel, one writer appends
// the blocks.
//
// Commands flow to the workers through one list of work, largest first; finished blocks flow back
// through a bounded queue to the calling thread, which owns the archive. Each worker has a
// connection of its own under the keeper's snapshot.
//
// A worker that cannot get a table's lock at once (someone waits for an exclusive lock, and the
// keeper's own lock makes that wait) leaves the work to the keeper, whose lock is enough.
//
// Thread-safety: called by the main thread; starts and joins its own threads.

#pragma once

#include "archive/writer.hpp"
#include "backup/relations.hpp"

#include <stop_token>

namespace pgkeep {

struct CopyContext {
    BackupOptions const &options;
    ConnectionSettings settings; // of the keeper, so that workers reach the same server
    std::string snapshot_id;
    Connection &observer; // for the watch over who waits for us
};

// Fills in the proofs of `manifest` (tables by number, large objects).
void copy_data(CopyContext const &context, Connection &keeper, BackupRelations const &relations,
               ArchiveWriter &writer, Manifest &manifest, std::stop_token const &token,
               Progress &progress);

} // namespace pgkeep
