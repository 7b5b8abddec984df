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

// An encoding, by any name that the server knows it by, whose characters may have bytes in them
// that look like a quote or a backslash: then a server does not read a text as we do. Only clients
// use such ones. The server's name of it; empty for all others, and for what is no encoding.
[[nodiscard]] std::string treacherous_encoding(std::string const &name);
// The same of what the session has now; also an encoding that nobody here knows.
[[nodiscard]] std::string treacherous_encoding(Connection const &connection);

} // namespace pgkeep
