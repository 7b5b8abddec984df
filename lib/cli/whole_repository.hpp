// The end of a run that was to work on all databases of a repository.
//
// Thread-safety: a pure function over the file system.

#pragma once

#include "repository/repository.hpp"

namespace pgkeep {

// Throws Error{attention} when folders were left out because this user may not read them. What was
// done with the others is complete.
void require_all_readable(Repository const &repository);

} // namespace pgkeep
