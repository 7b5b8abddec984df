// The data phase of a backup: workers copy tables and large objects in parallel, one writer appends
// the blocks.
//
// Commands flow to the workers through one list of work, largest first; finished blocks flow back
// through a bounded queue to the calling thread, which owns the archive. Each worker has a
// connection of its own under the keeper's snapshot. The workers begin at once, also while the
// archive cannot take blocks yet; what they finish until then waits in the queue.
//
// A worker that cannot get a table's lock at once (someone waits for an exclusive lock, and the
// keeper's own lock makes that wait) leaves the work to the keeper, whose lock is enough. So are
// tables that must be written one after the other, in an order: the keeper copies alone, behind the
// workers.
//
// The destructor abandons the work: it stops and joins the workers.
//
// Thread-safety: one thread at a time, which need not be the one that made it; starts and joins its
// own threads.

#pragma once

#include "archive/writer.hpp"
#include "backup/blocked_watch.hpp"
#include "backup/copy_source.hpp"
#include "backup/relations.hpp"
#include "base/bounded_queue.hpp"
#include "base/task_group.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

// What an attempt works with. All of it outlives the data phase.
struct CopyContext {
    BackupOptions const &options;
    Connection &keeper;   // in the snapshot's transaction; one thread at a time
    Connection &observer; // outside of any snapshot
    BlockedWatch &watch;  // knows the keeper
    std::string snapshot_id;
    std::stop_token token;
    Progress &progress;
};

// What is still to do, shared by the workers; and what only the keeper can do.
class WorkList {
public:
    explicit WorkList(BackupRelations const &relations);

    [[nodiscard]] std::size_t size() const noexcept { return work_.size(); }
    // Nothing when all is begun.
    [[nodiscard]] Work const *next();
    void leave_to_keeper(Work const &work);
    // REQUIRES: no worker is left.
    [[nodiscard]] std::vector<Work> const &for_keeper() const noexcept { return for_keeper_; }

private:
    std::vector<Work> work_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::vector<Work> for_keeper_;
};

class DataPhase {
public:
    // Starts the workers. `relations` outlives this.
    DataPhase(CopyContext const &context, BackupRelations const &relations);
    DataPhase(DataPhase const &) = delete;
    DataPhase &operator=(DataPhase const &) = delete;

    // Appends blocks until all is copied, and fills in the proofs of `manifest` (tables by number,
    // large objects). Throws the first error of a worker.
    void finish(ArchiveWriter &writer, Manifest &manifest);

private:
    void start();
    void worker(std::string const &label, std::stop_token const &stop);
    void copy_or_leave(CopySource &source, Connection &connection, Work const &work);
    void hand_over(FinishedBlock block, std::stop_token const &stop);
    void append_blocks(ArchiveWriter &writer, Manifest &manifest);
    void copy_with_keeper(ArchiveWriter &writer, Manifest &manifest);
    void check_keeper();

    CopyContext const &context_;
    BackupRelations const &relations_;
    ConnectionSettings const settings_; // of the keeper, so that workers reach the same server
    WorkList work_;
    BoundedQueue<FinishedBlock> queue_; // by compressed size
    std::atomic<std::size_t> active_{0};
    std::chrono::steady_clock::time_point keeper_seen_ = std::chrono::steady_clock::now();
    TaskGroup workers_;
};

} // namespace pgkeep
