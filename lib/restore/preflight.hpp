// What must be true before anything is created or changed, whatever is restored: the target's name,
// the rights, the room, and what dead runs left.
//
// What the content needs (roles, extensions, a pg_restore) the Content itself adds; what forbids
// that a database is replaced is in target.hpp.
//
// Thread-safety: one thread.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/obstacle.hpp"
#include "restore/restore.hpp"
#include "restore/target.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pgkeep {

// Refuses a target name that no database can have.
void require_usable_name(std::string const &target);

// Throws when the server is a standby, before anything else is asked of it.
void refuse_standby(Connection &connection);

// Whether there is, or is not, a database of the target's name, as the options want it.
void add_target_obstacles(std::optional<Target> const &target, RestoreOptions const &options,
                          Obstacles &obstacles);
// `latest` of a database whose archives come from several clusters may be that of another one.
void add_cluster_obstacles(std::optional<Target> const &target, Manifest const &manifest,
                           RestoreOptions const &options, Obstacles &obstacles);

// For a new database with these properties: the right to create it, its encoding, locale, owner and
// tablespace.
void add_creating_obstacles(Connection &connection, DatabaseProperties const &properties,
                            Obstacles &obstacles);

// Whether `text_size` bytes of data fit on the server's disk, as far as that can be known: of a
// server on this machine whose data folder we may ask for.
void add_room_obstacles(Connection &connection, std::uint64_t text_size, Obstacles &obstacles);

// Warns of staging databases that dead runs left, and of databases that were replaced as `target`
// and not dropped, with the command that removes each.
void warn_of_left_overs(Connection &connection, std::string const &target, Obstacles &obstacles);

} // namespace pgkeep
