// What a restore will do, in sentences: --dry-run prints them, the report repeats them.
//
// Thread-safety: pure functions.

#pragma once

#include "model/manifest.hpp"
#include "restore/restore.hpp"

#include <string>
#include <vector>

namespace pgkeep {

// `staging`: the name that the staging database would have. `pg_restore`: its version.
[[nodiscard]] std::vector<std::string> describe_plan(Manifest const &manifest,
                                                     RestoreOptions const &options,
                                                     std::string const &staging,
                                                     std::string const &pg_restore);

} // namespace pgkeep
