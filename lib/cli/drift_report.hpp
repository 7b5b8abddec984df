// What `pgkeep-verify --against` says.
//
// Thread-safety: pure functions.

#pragma once

#include "verify/drift.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace pgkeep {

// `same     <archive>: 1,234 rows in 5 tables are those of <database>`, or `DIFFERS` with an
// indented line for each difference.
[[nodiscard]] std::string format_drift(DriftReport const &report, std::string const &archive);
// `2 tables and 1 sequence`: how much differs.
[[nodiscard]] std::string format_differences(DriftReport const &report);
[[nodiscard]] nlohmann::ordered_json drift_json(DriftReport const &report,
                                                std::string const &archive);

} // namespace pgkeep
