// The safety snapshot: what a restore is about to replace, as a verified archive in the same
// repository, taken before anything else happens.
//
// An archive of kind `safety`, complete and checked like any backup. That its database has really
// been replaced is written down elsewhere (replacements.hpp): after a restore that failed there is
// nothing to go back to.
//
// Thread-safety: one thread; take_safety_snapshot() starts workers of its own.

#pragma once

#include "base/progress.hpp"
#include "restore/restore.hpp"
#include "restore/sessions.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

// The path of the archive. Throws what a backup throws; the hint says that nothing was changed.
[[nodiscard]] std::string take_safety_snapshot(Sessions const &sessions,
                                               RestoreOptions const &options,
                                               std::stop_token const &token, Progress &progress);

} // namespace pgkeep
