// What a command line asks pgkeep-restore to do, checked as far as that is possible without a
// server.
//
// Thread-safety: one thread; reads the repository.

#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "cli/options.hpp"
#include "restore/restore.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

struct RestoreRequest {
    std::string archive; // path
    RestoreOptions options;
};

// Throws Error{usage} for options that contradict each other or name no archive or no target, and
// what Repository::resolve() throws.
[[nodiscard]] RestoreRequest make_restore_request(Options const &options, Time now,
                                                  std::stop_token const &token);

// The database whose archives are meant: --from-database, else the one of -d; empty: any.
[[nodiscard]] std::string source_database(Options const &options);

// Throws unless `source` is an archive of ours that holds a database: Error{damaged} for a broken
// one, Error{version} with the command that restores it for what others wrote.
void require_restorable(ByteSource const &source);

} // namespace pgkeep
