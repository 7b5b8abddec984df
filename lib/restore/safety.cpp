#include "restore/safety.hpp"

#include "archive/reader.hpp"
#include "backup/backup.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "model/sql_text.hpp"
#include "repository/archive_state.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

// It is read once, soon, or never: the fast level.
constexpr int kLevel = 1;
// A migration that hangs in a lock may be why there is a restore at all.
constexpr std::chrono::milliseconds kLockWait{60'000};

bool is_of_cluster(ArchiveFile const &file, std::string const &system_identifier) {
    FileSource const source{file.path};
    std::string const found = ArchiveReader{source}.manifest().origin.system_identifier;
    return found.empty() || system_identifier.empty() || found == system_identifier;
}

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
        BackupReport const report =
            backup_database(backup, Repository{options.repository}, token, progress);
        log(LogLevel::info, "safety snapshot of \"{}\": {}", printable(options.target),
            printable(report.archive));
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

void mark_as_replaced(std::string const &archive, Time now) {
    FileSource const source{archive};
    if (auto const footer = read_footer(source)) {
        Evidence evidence;
        evidence.time = now;
        evidence.level = evidence_level::kReplaced;
        evidence.passed = true;
        evidence.version = pgkeep_version();
        record_evidence(archive, source.size(), *footer, evidence);
    }
}

std::optional<ReplacedSnapshot> newest_replaced(std::string const &repository,
                                                std::string const &database,
                                                std::string const &system_identifier) {
    auto const states = read_states(Repository{repository}, database);
    auto const found = std::find_if(states.rbegin(), states.rend(), [&](ArchiveState const &state) {
        return state.file.name.kind == ArchiveKind::safety && state.was_replaced() &&
               is_of_cluster(state.file, system_identifier);
    });
    if (found == states.rend()) {
        return std::nullopt;
    }
    return ReplacedSnapshot{found->file.path, found->file.name.time};
}

} // namespace pgkeep
