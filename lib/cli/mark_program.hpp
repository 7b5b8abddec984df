// --hold, --release and --adopt of pgkeep-backup: marks on archives of the repository.
//
// Thread-safety: one thread.

#pragma once

#include "cli/frame.hpp"
#include "cli/retention_request.hpp"

namespace pgkeep {

[[nodiscard]] int run_marks(Run &run, RepositoryRequest const &request);

} // namespace pgkeep
