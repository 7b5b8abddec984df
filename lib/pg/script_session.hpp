// The session in which a script that others wrote runs: the settings that give its text a meaning
// are those that psql would have, not ours.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <set>
#include <string>

namespace pgkeep {

// At the beginning of a script, and where it connects anew.
void begin_script_session(Connection &connection);
// Behind it: our settings, and the role (unless empty) that the script may have left.
void end_script_session(Connection &connection, std::string const &role);

// Those of `settings` that this server does not have.
[[nodiscard]] std::set<std::string> unknown_settings(Connection &connection,
                                                     std::set<std::string> const &settings);

} // namespace pgkeep
