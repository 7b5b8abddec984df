// Commands of the operator that run beside a backup: --run-before and --run-after.
//
// A command is given to `/bin/sh -c` as it stands. It comes from the command line or the
// configuration file only, never from a name or a value of a database: what happened is told in
// environment variables (PGKEEP_STATUS, PGKEEP_DATABASE, PGKEEP_ARCHIVE, PGKEEP_EXIT_CODE,
// PGKEEP_MESSAGE). PGHOST and its like lead it to the server of the run; passwords are taken away.
// What it prints goes to the log, never to standard output, where results are.
//
// Thread-safety: call from the main thread.

#pragma once

#include "cli/backup_outcome.hpp"
#include "pg/connection_settings.hpp"

#include <map>
#include <stop_token>
#include <string>

namespace pgkeep {

struct Hook {
    std::string name;    // `--run-after`, for messages
    std::string command; // empty: none
    ConnectionSettings connection{};
};

// The variables that tell a hook of `outcome`. Secrets are left out of the message.
[[nodiscard]] std::map<std::string, std::string> hook_variables(BackupOutcome const &outcome);

// Waits for the end. Throws Error{failed} when the command fails or cannot be started, and
// Error{cancelled}.
void run_hook(Hook const &hook, BackupOutcome const &outcome, std::stop_token const &token);

// For a run that was stopped by a signal: the command has ten seconds, and its end is not judged.
void run_hook_briefly(Hook const &hook, BackupOutcome const &outcome) noexcept;

} // namespace pgkeep
