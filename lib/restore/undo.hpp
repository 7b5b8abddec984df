// --undo: puts back what the last restore of a database replaced.
//
// Where the old database is still there (--keep-old, or a restore that was killed before it dropped
// it), the names are swapped back, and what had the name is kept in turn: a second --undo takes the
// first one back. Else the safety snapshot of the last restore is restored, as any archive. What an
// earlier restore replaced is never taken: that is not what was asked for.
//
// Thread-safety: as restore_file().

#pragma once

#include "restore/restore.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

// `repository`: where the safety snapshots are. Throws Error{not_found} when there is nothing to go
// back to. The report's manifest is empty when names were swapped.
[[nodiscard]] RestoreReport undo_restore(RestoreOptions const &options,
                                         std::string const &repository,
                                         std::stop_token const &token, Progress &progress);

} // namespace pgkeep
