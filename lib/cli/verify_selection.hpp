// Which archives pgkeep-verify looks at.
//
// Thread-safety: one thread; reads the repository.

#pragma once

#include "base/clock.hpp"
#include "cli/options.hpp"

#include <string>
#include <vector>

namespace pgkeep {

// Paths: of the arguments; else the newest backup of each database with --latest, damaged or not;
// else of everything in the repository. Throws Error{not_found} when there is nothing to look at,
// which is no success.
[[nodiscard]] std::vector<std::string> select_for_verification(Options const &options, Time now);

} // namespace pgkeep
