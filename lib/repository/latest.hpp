// Which archive of a database is the latest one.
//
// One that was damaged is never it, and neither is one that is dated in the future (a clock was
// wrong) as long as there is another. Repository::resolve() finds the one that is restored; here is
// what a look at every database takes.
//
// Thread-safety: pure functions.

#pragma once

#include "base/clock.hpp"
#include "repository/archive_state.hpp"

#include <string>
#include <vector>

namespace pgkeep {

// Whether `latest` and times may choose it: written by us as a backup, to its end.
[[nodiscard]] bool is_complete_backup(ArchiveFile const &file);

struct LatestArchives {
    std::string database;
    // The latest, which may also be one that was adopted. Behind it those that are newer and
    // damaged, or cannot be read: who checks the latest ones must not pass over them in silence.
    std::vector<std::string> paths;
    bool ahead = false; // the latest is dated in the future, since all are
};

// Of each database of each cluster, in the order of their names. `states` are oldest first, as
// read_states() returns them. A database that has only files of others is left out.
[[nodiscard]] std::vector<LatestArchives> latest_of_each(std::vector<ArchiveState> const &states,
                                                         Time now);

} // namespace pgkeep
