// What stands around the backups of a run: the commands of --run-before and --run-after, and the
// metrics file.
//
// A run that is refused (a wrong option or configuration, exit code 2) was none: no command is run
// for it and no metrics are written.
//
// Thread-safety: main thread.

#pragma once

#include "cli/backup_request.hpp"
#include "cli/frame.hpp"
#include "cli/hooks.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace pgkeep {

// --metrics-file, unless it was not given or the archive goes elsewhere. False, and a warning, when
// it cannot be written. `backups` and `run`: as in MetricsInput.
[[nodiscard]] bool refresh_metrics(Options const &options,
                                   std::vector<BackupOutcome> const &backups = {},
                                   std::optional<BackupOutcome> const &run = {});

class BackupFrame {
public:
    // Both outlive it.
    BackupFrame(Run &run, BackupRequest const &request);

    // --run-before, `work`, and what follows whether it returns or throws. Returns what `work`
    // returned. Throws what `work` threw, or Error{attention} when only what follows failed.
    [[nodiscard]] int around(std::function<int()> const &work);

    // The backup of one database. `work` fills the outcome's archive and message; what it throws is
    // noted and thrown on.
    void around_database(DatabaseRequest const &request,
                         std::function<void(BackupOutcome &)> const &work);

    // When the run failed before any database was begun: of the first few in the repository.
    void say_what_is_still_good() const;

private:
    void say_what_is_still_good(std::string const &database) const;
    [[nodiscard]] Hook after(std::string const &command) const;
    void run_after(std::string const &command, BackupOutcome const &outcome);
    void finish(BackupOutcome outcome);
    void judge(BackupOutcome &outcome) const;
    void write_metrics_of(BackupOutcome const &outcome);
    [[nodiscard]] BackupOutcome whole_run() const;

    Run &run_;
    BackupRequest const &request_;
    std::vector<BackupOutcome> outcomes_; // of the databases
    std::size_t troubles_ = 0;            // commands and metrics that failed
};

} // namespace pgkeep
