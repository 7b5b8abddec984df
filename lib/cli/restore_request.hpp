// What a command line asks pgkeep-restore to do, checked as far as that is possible without a
// server.
//
// Thread-safety: one thread; reads the repository.

#pragma once

#include "base/clock.hpp"
#include "cli/options.hpp"
#include "restore/restore.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

struct RestoreRequest {
    std::string archive; // path; empty with `undo`
    bool undo = false;
    bool to_stdout = false;
    bool may_ask = false; // before an existing database is changed; else --yes was given
    RestoreOptions options;
};

// Throws Error{usage} for options that contradict each other or name no archive or no target, and
// what Repository::resolve() throws.
[[nodiscard]] RestoreRequest make_restore_request(Options const &options, Time now,
                                                  std::stop_token const &token);

// The database whose archives are meant: --from-database, else the one of -d; empty: any.
[[nodiscard]] std::string source_database(Options const &options);

} // namespace pgkeep
