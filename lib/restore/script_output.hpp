// --stdout: the archive, or a part of it, as a script for psql, without any server.
//
// The whole archive is the text that gunzip makes of it, byte for byte. A part, or an archive
// without owners and the like, is put together: pg_restore's text of the schema around the blocks
// of the data that are wanted; no other blocks are read.
//
// A block is checked before any of it is written. Whatever goes wrong, the script then ends in a
// statement that fails, and not in the comment by which people and programs see that a script is
// whole.
//
// Not for what psql does with it: rows go in as plain COPY, and with --data-only the database has
// to have the tables.
//
// Thread-safety: one thread; runs pg_restore for parts.

#pragma once

#include "base/bytes.hpp"
#include "base/progress.hpp"
#include "restore/restore.hpp"

#include <stop_token>

namespace pgkeep {

// Of `options` it uses part, bindir, no_owner, no_privileges, no_tablespaces and role. Throws
// Error{damaged} with offset and object.
void write_script_output(ByteSource const &archive, RestoreOptions const &options, ByteSink &sink,
                         std::stop_token const &token, Progress &progress);

} // namespace pgkeep
