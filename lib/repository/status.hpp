// How well each database is backed up, from the names, footers and evidence of its archives: what
// `pgkeep-verify --status` and the metrics say. No archive is read.
//
// A group is a database of one cluster, as in retention. Only evidence that still fits its file
// counts; files that others wrote and nobody adopted do not. One of which nobody can tell what it
// is counts as bad, and an archive that lacks what earlier ones had is not proven until somebody
// has looked at it.
//
// Thread-safety: a pure function.

#pragma once

#include "base/clock.hpp"
#include "repository/archive_state.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

enum class Health {
    good,
    no_proof,     // there is no proven archive
    too_old,      // the newest proven one is older than the limit
    newest_failed // the newest archive is damaged, or a failed check of it stands
};

// One archive as a status names it.
struct StatusArchive {
    std::string path;
    Time time{};    // of its snapshot
    Time checked{}; // of the evidence; equal to `time` when there is none
    std::uint64_t size = 0;
    std::uint64_t rows = 0;
};

struct DatabaseStatus {
    std::string database;
    std::string system_identifier;
    std::optional<StatusArchive> newest; // of kind backup, not dated in the future
    std::optional<StatusArchive> newest_proven;
    std::optional<StatusArchive> newest_drilled;
    std::uint64_t archives = 0;         // backups
    std::uint64_t safety_snapshots = 0; // beside them
    std::uint64_t ahead = 0;            // dated in the future
    std::uint64_t total_size = 0;       // of all of them
    // Time between two backups that follow each other, in the median; zero below three backups.
    std::chrono::seconds usual_interval{0};
    // Intervals longer than one and a half times the usual one, the time since the newest included.
    std::uint64_t gaps = 0;
    std::chrono::seconds longest_gap{0};
    // Size of the newest against the median of those before it, in percent; none below three.
    std::optional<int> size_trend;
    Health health = Health::good;
};

// By database and cluster. `max_age`: of the newest proven archive; none: any age is good.
[[nodiscard]] std::vector<DatabaseStatus> summarize(std::vector<ArchiveState> const &states,
                                                    Time now,
                                                    std::optional<std::chrono::seconds> max_age);

} // namespace pgkeep
