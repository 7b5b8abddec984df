// Pruning a repository: what retention decides, applied to files.
//
// A plan is made from what is there, can be shown, and is then applied; between the two nothing is
// decided anew. Only a regular file that still is the one that was judged is removed, and never one
// that was put on hold meanwhile or that somebody has locked (flock) to read it.
//
// Of each archive the evidence goes first: what an interruption leaves has no proof any more, so
// that it never passes for a good archive, and a later run removes it.
//
// Thread-safety: functions over files. The caller of apply_prune() holds the run lock.

#pragma once

#include "model/retention.hpp"
#include "repository/archive_state.hpp"
#include "repository/lock.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

struct PruneEntry {
    ArchiveState state;
    RetentionItem item;
    RetentionVerdict verdict;
};

struct PrunePlan {
    std::vector<PruneEntry> entries; // oldest first
    std::uint64_t condemned = 0;
    std::uint64_t condemned_size = 0;
};

// Archives as retention sees them. One with an anomaly that nobody has looked at is not proven.
[[nodiscard]] std::vector<RetentionItem> retention_items(std::vector<ArchiveState> const &states);

// Reads the manifest of archives whose evidence does not say which cluster and database they are
// from.
void learn_origins(std::vector<ArchiveState> &states);

// `states` of a database, or of the globals; `now` is taken after the backup.
[[nodiscard]] PrunePlan plan_prune(std::vector<ArchiveState> states, RetentionPolicy const &policy,
                                   Time now);

struct PruneResult {
    struct Spared {
        std::string path;
        std::string why;
        bool failed = false; // it should have been removed or judged, and could not be
    };
    std::vector<std::string> removed;
    std::uint64_t freed = 0;
    std::vector<Spared> spared; // condemned but still there, or not to be judged
    [[nodiscard]] bool failed() const noexcept;
};

// Throws Error{cancelled} between two archives when a stop is requested.
[[nodiscard]] PruneResult apply_prune(Repository const &repository, PrunePlan const &plan,
                                      std::stop_token const &token);

// The run lock of a database's folder; of the repository's own for globals (an empty name), and
// where the database has no folder, only files of others beside the folders.
[[nodiscard]] RunLock lock_for_prune(Repository const &repository, std::string const &database);

} // namespace pgkeep
