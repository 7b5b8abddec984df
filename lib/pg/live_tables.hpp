// SQL of a comparison with a live database: its tables, in the encoding of the archive, and how
// long to wait for those that somebody has locked.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/backup_catalog.hpp"
#include "pg/connection.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace pgkeep {

// Texts come and go in `encoding` from now on, as far as the server can convert them. Throws
// Error{damaged} for one that no database can have: in such a one, quotes and backslashes may be
// parts of characters.
void use_encoding(Connection &connection, std::string const &encoding);

// For each lock that this session waits for; zero: for ever. Inside a savepoint it is undone with
// it.
void limit_lock_wait(Connection &connection, std::chrono::milliseconds timeout);

struct LiveTable {
    DataRelation data; // `condition`: that of its extension, if it is a configuration table
    bool of_extension = false;
};
// All ordinary tables of users, also those that this role may not read, and all configuration
// tables of extensions.
[[nodiscard]] std::vector<LiveTable> list_live_tables(Connection &connection);

} // namespace pgkeep
