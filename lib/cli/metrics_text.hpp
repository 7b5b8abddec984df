// The text of --metrics-file: the exposition format 0.0.4 of Prometheus, for the textfile collector
// of its node exporter.
//
// What is true of archives comes from the repository. What is true of runs (exit code, duration,
// time) is in no archive: for a database that this run did not back up it is carried over from the
// file as it was, for thirty days.
//
// Ages are left to Prometheus: `time() - pgkeep_last_proven_timestamp_seconds`.
//
// Thread-safety: pure functions.

#pragma once

#include "cli/backup_outcome.hpp"
#include "repository/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct MetricsInput {
    Time now{};
    std::vector<DatabaseStatus> databases;
    std::uint64_t repository_bytes = 0;
    std::optional<std::uint64_t> free_bytes;
    std::vector<BackupOutcome> backups; // of this run
    std::optional<BackupOutcome> run;   // none: work on the repository, no backup
    std::string previous;               // the file before, whatever is in it
};

[[nodiscard]] std::string format_metrics(MetricsInput const &input);

// A label's value between its quotes. A name that is not UTF-8 is shown as messages show it,
// because one wrong byte would make the reader refuse the whole file.
[[nodiscard]] std::string metrics_label(std::string_view value);

} // namespace pgkeep
