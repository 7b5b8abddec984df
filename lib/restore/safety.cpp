#include "restore/safety.hpp"

#include "backup/backup.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "repository/replacements.hpp"
#include "repository/repository.hpp"

namespace pgkeep {
namespace {

// It is read once, soon, or never: the fast level.
constexpr int kLevel = 1;
// A migration that hangs in a lock may be why there is a restore at all.
constexpr std::chrono::milliseconds kLockWait{60'000};

} // namespace

std::string take_safety_snapshot(Sessions const &sessions, RestoreOptions const &options,
                                 std::stop_token const &token, Progress &progress) {
    BackupOptions backup;
    backup.connection = sessions.settings().with_database(options.target);
    backup.policy = options.policy;
    backup.bindir = options.bindir;
    backup.jobs = options.jobs;
    backup.level = kLevel;
    backup.lock_wait_timeout = kLockWait;
    backup.kind = ArchiveKind::safety;
    try {
        require_recordable(options.repository, options.target); // a way back must be known, too
        BackupReport const report =
            backup_database(backup, Repository{options.repository}, token, progress);
        log(LogLevel::info, "safety snapshot of \"{}\": {}", printable(options.target),
            printable(report.archive));
        if (!report.unrecorded.empty()) {
            log(LogLevel::warning, "there is no evidence of the check of {}: {}",
                printable(report.archive), report.unrecorded);
        }
        return report.archive;
    } catch (Error const &error) {
        if (error.kind() == ErrorKind::cancelled) {
            throw;
        }
        throw Error{error.kind(),
                    "no safety snapshot of \"" + printable(options.target) +
                        "\" could be taken: " + error.what(),
                    "Nothing was changed. " + error.hint() + (error.hint().empty() ? "" : " ") +
                        "To restore without a way back, use --no-safety-snapshot."};
    }
}

} // namespace pgkeep
