// SQL of a drill: what the throw-away server needs before a restore, and what is asked of the
// restored database afterwards.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// Creates those of `roles` that the server does not have. They cannot log in, and are superusers:
// what the original roles might do (memberships, owning an event trigger) is not in an archive, and
// must not decide whether it restores. Roles that cannot be created are left out.
void create_drill_roles(Connection &connection, std::vector<std::string> const &roles);

[[nodiscard]] bool extension_is_available(Connection &connection, std::string const &name);
[[nodiscard]] bool extension_is_installed(Connection &connection, std::string const &name);
// Event triggers of the database do not run.
void drop_drill_extension(Connection &connection, std::string const &name);

// The settings of a session in which a user's own statements run: those of the database, apart
// from `client_encoding`, which is UTF8 when `is_utf8`.
void begin_assertions(Connection &connection, bool is_utf8);
// Runs one statement in a transaction that is rolled back. No value when it returned one row whose
// first column is true, else what it did, such as `is false`. Throws only when the connection is
// lost or the token fired.
[[nodiscard]] std::optional<std::string> complaint_of_assertion(Connection &connection,
                                                                std::string const &sql);

} // namespace pgkeep
