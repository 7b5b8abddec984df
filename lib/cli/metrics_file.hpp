// The file of --metrics-file: made from the repository as it is now, replaced as a whole.
//
// Its mode is 0644, because the node exporter runs as another user; it holds names of databases and
// numbers.
//
// Thread-safety: one thread.

#pragma once

#include "cli/backup_outcome.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// `backups` and `run`: as in MetricsInput. Throws Error when the file cannot be written. False,
// with a warning, when it is written without archives that cannot be read. A repository that is not
// there yet is empty.
[[nodiscard]] bool write_metrics(std::string const &path, std::string const &repository,
                                 std::vector<BackupOutcome> const &backups,
                                 std::optional<BackupOutcome> const &run);

} // namespace pgkeep
