// The configuration file: one `name = value` a line, with the names of the long options.
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
// a wrong value.
void parse_config_file(std::string_view text, std::string const &path, Options &options);

// Reads `path`, which must exist.
void read_config_file(std::string const &path, Options &options);

// /etc/pgkeep/pgkeep.conf and the user's own, in this order.
[[nodiscard]] std::vector<std::string> default_config_files();

} // namespace pgkeep
