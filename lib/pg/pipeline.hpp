// Many statements in one round trip, each by the extended protocol.
//
// So the server takes each text for one statement, or refuses it: nothing that hides behind a
// semicolon runs. And it says which of them failed.
//
// Not for COPY, nor for statements that no transaction may hold: those of one call are one
// transaction.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace pgkeep {

// All of them, or none when one fails, unless a transaction is open: that has failed then. Throws
// the PgError of the first that fails; `done` is how many went well before it, all of them when
// only their end failed (a deferred constraint).
void run_pipelined(Connection &connection, std::vector<std::string> const &statements,
                   std::size_t &done);

} // namespace pgkeep
