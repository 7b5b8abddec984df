// What pgkeep-backup says of an archive that it made.
//
// Thread-safety: pure functions.

#pragma once

#include "backup/backup.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace pgkeep {

// One line: database, archive, rows, sizes, time and proof.
[[nodiscard]] std::string backup_line(std::string const &database, BackupReport const &report);
[[nodiscard]] std::string globals_line(GlobalsReport const &report);

[[nodiscard]] nlohmann::ordered_json backup_json(std::string const &database,
                                                 BackupReport const &report);
[[nodiscard]] nlohmann::ordered_json globals_json(GlobalsReport const &report);

} // namespace pgkeep
