// A part of a transaction that may fail without ending the transaction.
//
// Used to find out which of many names in one statement was the one that failed.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <functional>

namespace pgkeep {

// Runs `work` behind a savepoint, which an exception rolls back to when the connection still lives.
// Locks that `work` took stay when it succeeds. REQUIRES: a transaction is open.
void with_savepoint(Connection &connection, std::function<void()> const &work);

} // namespace pgkeep
