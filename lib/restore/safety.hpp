// The safety snapshot: what a restore is about to replace, as a verified archive in the same
// repository, taken before anything else happens.
//
// An archive of kind `safety`, complete and checked like any backup. Once its database has really
// been replaced, evidence of the level `replaced` says so: --undo goes back only to such a one,
// because after a restore that failed there is nothing to go back to.
//
// Thread-safety: one thread; take_safety_snapshot() starts workers of its own.

#pragma once

#include "base/clock.hpp"
#include "base/progress.hpp"
#include "restore/restore.hpp"
#include "restore/sessions.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace pgkeep {

// The path of the archive. Throws what a backup throws; the hint says that nothing was changed.
[[nodiscard]] std::string take_safety_snapshot(Sessions const &sessions,
                                               RestoreOptions const &options,
                                               std::stop_token const &token, Progress &progress);

// Says that the database in the snapshot has been replaced. Throws when that cannot be written.
void mark_as_replaced(std::string const &archive, Time now);

struct ReplacedSnapshot {
    std::string archive;
    Time time{};
};
// The newest snapshot of `database` whose database was replaced, of the cluster
// `system_identifier` (empty: any).
[[nodiscard]] std::optional<ReplacedSnapshot> newest_replaced(std::string const &repository,
                                                              std::string const &database,
                                                              std::string const &system_identifier);

} // namespace pgkeep
