#include "backup/backup.hpp"

#include "archive/check.hpp"
#include "backup/anomaly_gate.hpp"
#include "backup/attempt.hpp"
#include "backup/lock_progress.hpp"
#include "backup/output.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "base/version.hpp"
#include "repository/evidence.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

// An attempt that finds the schema moving costs well under a second. After so many there is a
// migration going on.
constexpr int kAttempts = 10;
// Grows with each attempt, so that a change that comes at regular times is not met every time.
constexpr std::chrono::milliseconds kPause{100};

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds since(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

// Before anything is made in the repository: a database that does not exist leaves no folder.
Connection connect_keeper(BackupOptions const &options, std::stop_token const &token) {
    ConnectPolicy policy = options.policy;
    policy.label = "keeper";
    return Connection{options.connection, policy, token};
}

WrittenArchive write_with_retries(BackupOptions const &options, Connection &keeper, Output &output,
                                  std::stop_token const &token, Progress &progress) {
    for (int attempt = 1;; ++attempt) {
        try {
            return write_archive(options, keeper, output.start(options.max_rate, token), token,
                                 progress);
        } catch (Error const &error) {
            if (error.kind() != ErrorKind::schema_moved || attempt == kAttempts) {
                throw;
            }
            log(LogLevel::info, "{}; trying again with a new snapshot", error.what());
            // Whoever changes the schema may wait for us, and must be done before the next attempt.
            end_snapshot(keeper);
            pause_for(attempt * kPause, token);
            throw_if_cancelled(token);
        }
    }
}

// Reads the archive back from the file before anyone can see it, while the kernel writes it out.
CheckReport check(std::string const &path, BackupOptions const &options,
                  std::stop_token const &token, Progress &progress) {
    FileSource const file{path};
    progress.phase("verify", file.size());
    CheckReport report = check_archive(file, CheckLevel::checksum, options.jobs, token, progress);
    if (!report.passed()) {
        throw Error{ErrorKind::damaged,
                    "the archive does not read back as it was written: " +
                        report.findings.front().text(),
                    "Nothing was published. Check the disk and the memory of this machine."};
    }
    return report;
}

// Shows that it restores before anyone can see it.
void drill(std::string const &path, BackupOptions const &options, std::stop_token const &token,
           Progress &progress, BackupReport &report) {
    DrillVerdict verdict = options.drill(path, token, progress);
    if (!verdict.findings.empty()) {
        throw Error{ErrorKind::damaged,
                    "the archive does not pass its drill: " + verdict.findings.front(),
                    "Nothing was published. Without --verify=drill it is published, and needs a "
                    "hand when it is restored."};
    }
    report.untried = std::move(verdict.untried);
    report.drilled = report.untried.empty();
}

// Why it could not be done, or nothing. A later pgkeep-verify makes up for it.
std::string record(BackupReport const &report, CheckReport const &checked) {
    Evidence evidence;
    evidence.time = utc_now();
    evidence.level = report.drilled ? evidence_level::kDrill : evidence_level::kChecksum;
    evidence.passed = true;
    evidence.version = pgkeep_version();
    evidence.milliseconds = static_cast<std::uint64_t>(report.check_duration.count());
    evidence.system_identifier = report.manifest.origin.system_identifier;
    evidence.database = report.manifest.origin.database;
    evidence.part = !report.manifest.origin.filters.empty();
    try {
        record_evidence(report.archive, checked.size, checked.footer.value(), evidence);
    } catch (Error const &error) {
        return error.what();
    }
    return {};
}

// Before the evidence is written: an archive with an anomaly is never seen as proven without its
// mark.
std::vector<std::string> compare_with_previous(BackupOptions const &options,
                                               Repository const &repository,
                                               BackupReport const &report) {
    if (options.kind != ArchiveKind::backup) {
        return {};
    }
    try {
        return pass_anomaly_gate(repository, {report.archive, report.size, report.manifest},
                                 options.anomaly_percent);
    } catch (Error const &error) {
        // It is published. A person must look, since nothing else will say so.
        return {std::string{"it could not be compared with the previous archive: "} + error.what()};
    }
}

} // namespace

BackupReport backup_database(BackupOptions const &options, Destination const &destination,
                             std::stop_token const &token, Progress &progress) {
    auto const start = Clock::now();
    BackupReport report;
    Connection keeper = connect_keeper(options, token);
    Output output{destination, keeper.effective_settings().get("dbname"), options.kind};
    LockProgress phases{progress, output.lock()};
    WrittenArchive written = write_with_retries(options, keeper, output, token, phases);
    report.manifest = std::move(written.manifest);
    report.text_size = written.text_size;
    report.left_out = std::move(written.left_out);
    if (report.manifest.origin.system_identifier.empty()) {
        log(LogLevel::warning,
            "this role may not ask which cluster it is in (GRANT EXECUTE ON FUNCTION "
            "pg_control_system()): archives of another one in the same repository cannot be told "
            "from these");
    }

    TaskGroup writing_out{token};
    writing_out.run("sync", [&](std::stop_token const & /*stop*/) { output.sync(); });
    std::optional<CheckReport> checked;
    if (auto const path = output.readable_path(); path && options.check != BackupCheck::none) {
        auto const check_start = Clock::now();
        checked = check(*path, options, token, phases);
        report.checked = true;
        if (options.drill) {
            drill(*path, options, token, phases, report);
        }
        report.check_duration = since(check_start);
    }
    writing_out.wait();
    report.size = output.size();
    throw_if_cancelled(token);
    report.archive = output.publish(report.manifest.origin.snapshot_time);
    if (auto const *repository = std::get_if<Repository>(&destination)) {
        report.anomalies = compare_with_previous(options, *repository, report);
        if (checked) {
            report.unrecorded = record(report, *checked);
        }
    }
    report.duration = since(start);
    if (options.follow_up) {
        options.follow_up(report);
    }
    return report;
}

} // namespace pgkeep
