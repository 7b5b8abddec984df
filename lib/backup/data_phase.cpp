#include "backup/data_phase.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/scheduling.hpp"
#include "pg/snapshot.hpp"
#include "pg/sqlstate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace pgkeep {

namespace {

// Objects in one unit of work: enough to make a round trip worth it, few enough to spread over
// workers.
constexpr std::size_t kLargeObjectsPerUnit = 1000;

// One round trip in so long costs nothing; a backup of hours should not go on for hours without its
// locks.
constexpr std::chrono::seconds kKeeperInterval{1};

// Compressed bytes that may wait for the writer, for each worker: thousands of small tables while
// pg_dump still works. More would only cost memory, since the writer is faster.
constexpr std::size_t kWaitingBytes = kBlockText / 2;
// What a block in memory takes beside its bytes.
constexpr std::size_t kBlockOverhead = 512;

std::uint64_t total_bytes(std::vector<TableSize> const &sizes) {
    return std::accumulate(
        sizes.begin(), sizes.end(), std::uint64_t{0},
        [](std::uint64_t sum, TableSize const &size) { return sum + size.bytes; });
}

void append(FinishedBlock block, ArchiveWriter &writer, Manifest &manifest) {
    RowDigest const proof = block.entry.proof();
    if (block.entry.kind == format::BlockKind::copy) {
        manifest.tables.at(block.entry.table - 1).proof += proof;
    } else {
        manifest.large_objects.proof += proof;
    }
    writer.block(std::move(block));
}

} // namespace

WorkList::WorkList(BackupRelations const &relations) {
    std::vector<TableSize> sizes = relations.sizes();
    for (std::size_t const table : relations.in_order) {
        auto const size = std::ranges::find(sizes, table, &TableSize::table);
        Chunk whole;
        whole.table = table;
        whole.weight = size->bytes;
        for_keeper_.emplace_back(whole);
        sizes.erase(size);
    }
    for (Chunk const &chunk : plan_chunks(sizes, kChunkBytes)) {
        work_.emplace_back(chunk);
    }
    std::size_t const objects = relations.large_objects.size();
    for (std::size_t first = 0; first < objects; first += kLargeObjectsPerUnit) {
        work_.emplace_back(
            LargeObjectRange{first, std::min(kLargeObjectsPerUnit, objects - first)});
    }
}

Work const *WorkList::next() {
    std::size_t const index = next_++;
    return index < work_.size() ? &work_[index] : nullptr;
}

void WorkList::leave_to_keeper(Work const &work) {
    std::scoped_lock const lock{mutex_};
    for_keeper_.push_back(work);
}

DataPhase::DataPhase(CopyContext const &context, BackupRelations const &relations)
    : context_(context),
      relations_(relations),
      settings_(context.keeper.effective_settings()),
      work_(relations),
      queue_(std::max(context.options.jobs, 1U) * kWaitingBytes),
      workers_(context.token) {
    context.progress.phase("data", total_bytes(relations.sizes()));
    start();
}

void DataPhase::start() {
    std::size_t const workers = std::min<std::size_t>(context_.options.jobs, work_.size());
    active_ = workers;
    if (workers == 0) {
        queue_.close();
    }
    for (std::size_t i = 1; i <= workers; ++i) {
        std::string const label = fmt::format("worker {}", i);
        workers_.run(label, [this, label](std::stop_token const &stop) { worker(label, stop); });
    }
}

void DataPhase::finish(ArchiveWriter &writer, Manifest &manifest) {
    manifest.large_objects.count = relations_.large_objects.size();
    append_blocks(writer, manifest);
    copy_with_keeper(writer, manifest);
}

void DataPhase::append_blocks(ArchiveWriter &writer, Manifest &manifest) {
    while (auto block = queue_.pop(workers_.token())) {
        append(std::move(*block), writer, manifest);
        check_keeper();
    }
    workers_.wait();
}

void DataPhase::worker(std::string const &label, std::stop_token const &stop) {
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
    Connection connection{settings_, policy, stop};
    BlockedWatch::Holder const holder{context_.watch, own_session(connection)};
    import_snapshot(connection, context_.snapshot_id);
    CopySource source{connection, relations_, context_.options.level,
                      [&](FinishedBlock block) { hand_over(std::move(block), stop); },
                      context_.progress};
    while (Work const *work = work_.next()) {
        copy_or_leave(source, connection, *work);
    }
    source.require_same_tables();
}

void DataPhase::copy_or_leave(CopySource &source, Connection &connection, Work const &work) {
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

void DataPhase::hand_over(FinishedBlock block, std::stop_token const &stop) {
    std::size_t const weight = block.entry.stored_size + kBlockOverhead;
    if (!queue_.push(std::move(block), stop, weight)) {
        throw Error{ErrorKind::cancelled, "stopped on request"};
    }
}

// Without the keeper's locks the rest would be copied for nothing.
void DataPhase::check_keeper() {
    auto const now = std::chrono::steady_clock::now();
    if (now - keeper_seen_ > kKeeperInterval) {
        require_alive(context_.keeper);
        keeper_seen_ = now;
    }
}

void DataPhase::copy_with_keeper(ArchiveWriter &writer, Manifest &manifest) {
    if (work_.for_keeper().empty()) {
        return;
    }
    CopySource source{context_.keeper, relations_, context_.options.level,
                      [&](FinishedBlock block) { append(std::move(block), writer, manifest); },
                      context_.progress};
    for (Work const &work : work_.for_keeper()) {
        source.copy(work, CopySource::Locking::held);
    }
}

} // namespace pgkeep
