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

// Runs `work` and rolls back to where it began, which gives back every lock that it took. A query
// holds ACCESS SHARE on the catalogs that it reads to the end of its transaction: in a transaction
// that lasts as long as a backup, somebody's VACUUM FULL or REINDEX of a catalog would wait for it,
// and everybody else, our own workers and new logins too, would wait for that. REQUIRES: a
// transaction is open, and `work` changes nothing that shall stay.
void without_keeping_locks(Connection &connection, std::function<void()> const &work);

} // namespace pgkeep
