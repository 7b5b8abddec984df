#include "backup/copy_tables.hpp"

#include "backup/blocked_watch.hpp"
#include "backup/copy_source.hpp"
#include "base/bounded_queue.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/scheduling.hpp"
#include "base/task_group.hpp"
#include "pg/snapshot.hpp"
#include "pg/sqlstate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

namespace pgkeep {

namespace {

// Objects in one unit of work: enough to make a round trip worth it, few enough to spread over
// workers.
constexpr std::size_t kLargeObjectsPerUnit = 1000;

// One round trip in so long costs nothing; a backup of hours should not go on for hours without its
// locks.
constexpr std::chrono::seconds kKeeperInterval{1};

// What is still to do, shared by the workers; and what only the keeper can do.
class WorkList {
public:
    explicit WorkList(BackupRelations const &relations) {
        for (Chunk const &chunk : plan_chunks(relations.sizes(), kChunkBytes)) {
            work_.emplace_back(chunk);
        }
        std::size_t const objects = relations.large_objects.size();
        for (std::size_t first = 0; first < objects; first += kLargeObjectsPerUnit) {
            work_.emplace_back(
                LargeObjectRange{first, std::min(kLargeObjectsPerUnit, objects - first)});
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return work_.size(); }

    Work const *next() {
        std::size_t const index = next_++;
        return index < work_.size() ? &work_[index] : nullptr;
    }

    void leave_to_keeper(Work const &work) {
        std::scoped_lock const lock{mutex_};
        for_keeper_.push_back(work);
    }

    [[nodiscard]] std::vector<Work> const &for_keeper() const noexcept { return for_keeper_; }

private:
    std::vector<Work> work_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::vector<Work> for_keeper_;
};

class DataPhase {
public:
    DataPhase(CopyContext const &context, BackupRelations const &relations, ArchiveWriter &writer,
              Manifest &manifest, Progress &progress)
        : context_(context),
          relations_(relations),
          writer_(writer),
          manifest_(manifest),
          progress_(progress),
          work_(relations),
          watch_(context.options.longest_blocking),
          queue_(context.options.jobs) {}

    void run(Connection &keeper, std::stop_token const &token) {
        TaskGroup watch{token};
        std::stop_source done;
        if (context_.options.longest_blocking.count() > 0) {
            watch_.add_holder(keeper.backend_pid());
            watch.run("watch", [this, stop = done.get_token()](std::stop_token const & /*group*/) {
                watch_.run(context_.observer, stop);
            });
        }
        try {
            copy_with_workers(keeper, watch.token());
            copy_with_keeper(keeper);
        } catch (Error const &) {
            done.request_stop();
            watch.wait(); // throws when it was the watch that ended the work
            throw;
        }
        done.request_stop();
        watch.wait();
    }

private:
    void copy_with_workers(Connection &keeper, std::stop_token const &token) {
        TaskGroup group{token};
        std::size_t const workers = std::min<std::size_t>(context_.options.jobs, work_.size());
        active_ = workers;
        for (std::size_t i = 1; i <= workers; ++i) {
            std::string const label = fmt::format("worker {}", i);
            group.run(label, [this, label](std::stop_token const &stop) { worker(label, stop); });
        }
        if (workers > 0) {
            while (auto block = queue_.pop(group.token())) {
                append(std::move(*block));
                check_keeper(keeper);
            }
        }
        group.wait();
    }

    void worker(std::string const &label, std::stop_token const &stop) {
        // On every way out: the writer must not wait for a worker that is gone.
        struct Leave {
            DataPhase &phase;
            ~Leave() {
                if (--phase.active_ == 0) {
                    phase.queue_.close();
                }
            }
        } const leave{*this};

        wait_for_turn();
        ConnectPolicy policy = context_.options.policy;
        policy.label = label;
        Connection connection{context_.settings, policy, stop};
        watch_.add_holder(connection.backend_pid());
        import_snapshot(connection, context_.snapshot_id);
        CopySource source{connection,
                          relations_,
                          manifest_.tables,
                          context_.options.level,
                          [&](FinishedBlock block) { hand_over(std::move(block), stop); },
                          progress_};
        while (Work const *work = work_.next()) {
            copy_or_leave(source, connection, *work);
        }
        source.require_same_tables();
    }

    void copy_or_leave(CopySource &source, Connection &connection, Work const &work) {
        try {
            source.copy(work, CopySource::Locking::nowait);
        } catch (PgError const &error) {
            if (error.sqlstate() != sqlstate::kLockNotAvailable) {
                throw;
            }
            log(LogLevel::info, "somebody waits for an exclusive lock; left to the keeper: {}",
                error.what());
            work_.leave_to_keeper(work);
            import_snapshot(connection, context_.snapshot_id);
            source.forget_locks();
        }
    }

    void hand_over(FinishedBlock block, std::stop_token const &stop) {
        if (!queue_.push(std::move(block), stop)) {
            throw Error{ErrorKind::cancelled, "stopped on request"};
        }
    }

    // Without the keeper's locks the rest would be copied for nothing.
    void check_keeper(Connection &keeper) {
        auto const now = std::chrono::steady_clock::now();
        if (now - keeper_seen_ > kKeeperInterval) {
            require_alive(keeper);
            keeper_seen_ = now;
        }
    }

    void copy_with_keeper(Connection &keeper) {
        if (work_.for_keeper().empty()) {
            return;
        }
        CopySource source{keeper,
                          relations_,
                          manifest_.tables,
                          context_.options.level,
                          [&](FinishedBlock block) { append(std::move(block)); },
                          progress_};
        for (Work const &work : work_.for_keeper()) {
            source.copy(work, CopySource::Locking::held);
        }
    }

    void append(FinishedBlock block) {
        RowDigest const proof = block.entry.proof();
        if (block.entry.kind == format::BlockKind::copy) {
            manifest_.tables.at(block.entry.table - 1).proof += proof;
        } else {
            manifest_.large_objects.proof += proof;
        }
        writer_.block(std::move(block));
    }

    CopyContext const &context_;
    BackupRelations const &relations_;
    ArchiveWriter &writer_;
    Manifest &manifest_;
    Progress &progress_;
    WorkList work_;
    BlockedWatch watch_;
    // One block a worker may wait for the writer; more would only cost memory, since the writer is
    // faster.
    BoundedQueue<FinishedBlock> queue_;
    std::atomic<std::size_t> active_{0};
    std::chrono::steady_clock::time_point keeper_seen_ = std::chrono::steady_clock::now();
};

} // namespace

void copy_data(CopyContext const &context, Connection &keeper, BackupRelations const &relations,
               ArchiveWriter &writer, Manifest &manifest, std::stop_token const &token,
               Progress &progress) {
    std::uint64_t total = 0;
    for (TableSize const &size : relations.sizes()) {
        total += size.bytes;
    }
    progress.phase("data", total);
    manifest.large_objects.count = relations.large_objects.size();
    DataPhase{context, relations, writer, manifest, progress}.run(keeper, token);
}

} // namespace pgkeep
