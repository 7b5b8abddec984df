// Retention as pgkeep-backup runs it: after a backup, and alone.
//
// Thread-safety: one thread.

#pragma once

#include "cli/frame.hpp"
#include "cli/retention_request.hpp"
#include "repository/repository.hpp"

#include <string>

namespace pgkeep {

// After a backup of `database` (empty: the globals), whose run lock the caller holds. Never fails
// because of what the repository is like: false, and a warning, when something should have been
// removed and could not be. `outcome` becomes the JSON of it.
[[nodiscard]] bool prune_after_backup(Run &run, Repository const &repository,
                                      std::string const &database, RetentionPolicy const &policy,
                                      nlohmann::ordered_json &outcome);

// --prune-only and --dry-run.
[[nodiscard]] int run_prune(Run &run, RepositoryRequest const &request);

} // namespace pgkeep
