// What a command line asks pgkeep-backup to do, checked as far as that is possible without a
// server.
//
// Thread-safety: one thread.

#pragma once

#include "backup/backup.hpp"
#include "cli/options.hpp"
#include "cli/retention_request.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

struct BackupRequest {
    bool all = false;                            // the databases are still to be asked for
    std::vector<std::string> excluded_databases; // patterns, with `all`
    std::vector<std::string> databases; // empty with `all`, or for the globals only; an empty name
                                        // is the one that the service file has
    bool globals = false;
    std::optional<std::string> file; // `-`: standard output
    RetentionRequest retention;      // of the globals
    BackupOptions options;           // its connection has the database to start from
    std::string run_before;          // commands; empty: none
    std::string run_after;
};

// What of it differs from one database to the next.
struct DatabaseRequest {
    std::string database; // empty: the one of the service file
    BackupOptions options;
    RetentionRequest retention;
    std::string run_after;
};

// Throws Error{usage} for options that contradict each other or name no database.
[[nodiscard]] BackupRequest make_backup_request(Options const &options, bool stdout_is_terminal,
                                                std::stop_token const &token);

// `options` as they are for `database`. Throws Error{usage} as make_backup_request().
[[nodiscard]] DatabaseRequest make_database_request(Options const &options,
                                                    BackupRequest const &request,
                                                    std::string const &database,
                                                    std::stop_token const &token);

// The repository that the options or the environment name, else the default one.
[[nodiscard]] std::string repository_folder(Options const &options);

} // namespace pgkeep
