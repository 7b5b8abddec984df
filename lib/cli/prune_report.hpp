// What retention decided and did, for people and as JSON.
//
// Thread-safety: pure functions.

#pragma once

#include "repository/prune.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace pgkeep {

// A line an archive: its file, age, size, keep or remove, and why. Empty without archives.
[[nodiscard]] std::string format_prune_plan(PrunePlan const &plan, Time now);

// `app: 3 of 10 archives removed, 1.2 GiB freed`; with `result` empty what would be.
[[nodiscard]] std::string format_prune_summary(std::string const &database, PrunePlan const &plan,
                                               PruneResult const *result);

[[nodiscard]] nlohmann::ordered_json prune_plan_json(PrunePlan const &plan, Time now);
[[nodiscard]] nlohmann::ordered_json prune_result_json(PruneResult const &result);

// The reasons of a verdict in one line, with what else keeps the archive from counting.
[[nodiscard]] std::string why_text(PruneEntry const &entry);

} // namespace pgkeep
