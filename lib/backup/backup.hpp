// Backing up one database into one archive.
//
// backup.cpp reads as the order of events: snapshot, schema, locks, data in parallel, sequences,
// large objects, manifest, check, publish, comparison with the previous archive. Nothing is
// published unless all up to there succeeded; any exception before leaves no file, no server
// process and no child.
//
// Thread-safety: backup_database() starts its own threads; call it from the main thread.

#pragma once

#include "base/progress.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "pg/snapshot.hpp"
#include "repository/repository.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace pgkeep {

// As pg_dump's options of the same names.
struct BackupFilters {
    std::vector<std::string> schemas;             // -n
    std::vector<std::string> excluded_schemas;    // -N
    std::vector<std::string> tables;              // -t
    std::vector<std::string> excluded_tables;     // -T
    std::vector<std::string> excluded_table_data; // --exclude-table-data
};

struct BackupReport;

enum class BackupCheck { none, checksum }; // before publishing

// What a drill of a finished archive found.
struct DrillVerdict {
    std::vector<std::string> findings; // why the archive must not be published
    std::string untried;               // why there was no drill, and what to do; empty: there was
};
// Restores the archive at `path` somewhere and proves it. Done by lib/verify, which is behind this
// layer.
using DrillRun = std::function<DrillVerdict(std::string const &path, std::stop_token const &token,
                                            Progress &progress)>;

struct BackupOptions {
    ConnectionSettings connection; // with its dbname
    ConnectPolicy policy;
    std::string bindir;
    unsigned jobs = 1;
    int level = 6;
    BackupFilters filters;
    SnapshotIsolation isolation = SnapshotIsolation::repeatable_read;
    std::chrono::milliseconds lock_wait_timeout{0}; // 0: for ever
    std::chrono::milliseconds longest_blocking{0};  // of others by our locks; 0: any time
    std::uint64_t max_rate = 0;                     // bytes a second written, 0: no limit
    BackupCheck check = BackupCheck::checksum;
    DrillRun drill; // after a check that passed; empty: none
    ArchiveKind kind = ArchiveKind::backup;
    // How far rows and sizes may fall against the previous archive of the repository; 0: any.
    unsigned anomaly_percent = 0;
    // Called when all is done, while the run lock of the repository is still held: what belongs to
    // this run and must not meet another one, such as pruning.
    std::function<void(BackupReport const &)> follow_up;
};

// Where the archive goes: its place in a repository, a file that must not exist, or an open
// descriptor (which cannot be read back, so nothing is checked).
struct ToFile {
    std::string path;
};
struct ToDescriptor {
    int fd = 1;
    std::string name = "standard output";
};
using Destination = std::variant<Repository, ToFile, ToDescriptor>;

struct BackupReport {
    std::string archive; // path, or the descriptor's name
    std::uint64_t size = 0;
    std::uint64_t text_size = 0;
    std::chrono::milliseconds duration{0};
    std::chrono::milliseconds check_duration{0};
    bool checked = false;
    bool drilled = false;
    std::string untried; // why the drill that was asked for could not be tried
    Manifest manifest;
    std::vector<std::string> left_out;  // what the role may not save, as pg_dump says it
    std::vector<std::string> anomalies; // what a person should look at, as sentences
    std::string unrecorded; // why the evidence of the check is missing: it does not count as proven
};

[[nodiscard]] BackupReport backup_database(BackupOptions const &options,
                                           Destination const &destination,
                                           std::stop_token const &token, Progress &progress);

// Roles and tablespaces of the cluster (pg_dumpall --globals-only) as `globals_<stamp>.sql.gz`.
// Without the right to read role passwords they are left out, and `warnings` says so.
struct GlobalsReport {
    std::string archive;
    std::uint64_t size = 0;
    std::vector<std::string> warnings;
    std::string unrecorded; // as that of BackupReport
};
// `follow_up` as that of BackupOptions.
[[nodiscard]] GlobalsReport
backup_globals(BackupOptions const &options, Repository const &repository,
               std::stop_token const &token,
               std::function<void(GlobalsReport const &)> const &follow_up = {});

} // namespace pgkeep
