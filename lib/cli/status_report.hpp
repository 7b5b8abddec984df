// `pgkeep-verify --status`: how well each database is backed up, as a table, as JSON, or as the one
// line of a Nagios plugin.
//
// The Nagios line follows the plugin guidelines of monitoring-plugins.org: a word, a dash, a text,
// `|`, and performance data `'label'=value[unit];warn;crit;min`.
//
// Thread-safety: pure functions.

#pragma once

#include "base/clock.hpp"
#include "repository/status.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

[[nodiscard]] std::string format_status(std::vector<DatabaseStatus> const &all, Time now);
[[nodiscard]] nlohmann::ordered_json status_json(std::vector<DatabaseStatus> const &all, Time now);

// The line and the exit code: 0 OK, 1 WARNING (the newest archive is bad, an older one is good),
// 2 CRITICAL (no proven archive, or it is older than `max_age`), 3 UNKNOWN (no archives).
struct NagiosResult {
    std::string line;
    int code = 0;
};
[[nodiscard]] NagiosResult nagios_status(std::vector<DatabaseStatus> const &all, Time now,
                                         std::optional<std::chrono::seconds> max_age);

// The line of UNKNOWN for what kept the status from being read; its code is that of `attention`, 3.
[[nodiscard]] std::string nagios_unknown(std::string message);

// What is wrong with a database, as a sentence; empty when nothing is.
[[nodiscard]] std::string describe_health(DatabaseStatus const &status, Time now);

} // namespace pgkeep
