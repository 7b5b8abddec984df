// The configuration file: one `name = value` a line, with the names of the long options.
//
// `[database NAME]` begins a section: what stands below it, up to the next one, is for backups of
// that database. What stands above the first section is for all.
//
// Thread-safety: pure functions, apart from reading the file.

#pragma once

#include "cli/options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// Adds what `text` says. An option of another program is passed over; throws Error{configuration,
// "<path>:<line>: …"} for one that none knows, for one that only the command line may have, and for
// a wrong value. Sections are for pgkeep-backup; the other programs do not look into them.
void parse_config_file(std::string_view text, std::string const &path, Options &options);

// Reads `path`, which must exist.
void read_config_file(std::string const &path, Options &options);

// /etc/pgkeep/pgkeep.conf and the user's own, in this order.
[[nodiscard]] std::vector<std::string> default_config_files();

} // namespace pgkeep
