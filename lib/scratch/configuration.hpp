// What a scratch server is configured with: speed instead of durability, a socket instead of the
// network.
//
// The file stands beside the data folder and includes the one that initdb wrote, so nothing of ours
// is written where the server's user could have put a link.
//
// Thread-safety: pure functions, apart from reading the environment and writing that file.

#pragma once

#include "scratch/folder.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgkeep {

// `postgresql.conf` in the scratch folder.
[[nodiscard]] std::string configuration_path(std::string const &folder);

// Its text; `settings` win over ours.
[[nodiscard]] std::string configuration_text(std::string const &folder, std::string const &port,
                                             std::map<std::string, std::string> const &settings);
void write_configuration(ScratchFolder const &folder, std::string const &port,
                         std::map<std::string, std::string> const &settings);

// Throws Error{not_found} when this machine does not have the locale.
void require_locale(std::string const &locale);

// The names of this process's variables that would change what PostgreSQL's programs do: PG* and
// DATABASE_URL, and none of PGKEEP_*.
[[nodiscard]] std::vector<std::string> postgres_variables();

} // namespace pgkeep
