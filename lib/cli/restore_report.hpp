// What pgkeep-restore says of a restore: the plan, the proof table, the durations.
//
// Thread-safety: pure functions.

#pragma once

#include "restore/restore.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace pgkeep {

// One numbered line a step.
[[nodiscard]] std::string format_plan(std::vector<std::string> const &plan);

// One row a table (rows in the archive, rows restored, and whether the content is the same), then
// sequences and large objects, if any.
[[nodiscard]] std::string format_proof(RestoreReport const &report);

// `app_check: restored from <archive> in 3.1 s (loading 2.0 s, proof 0.9 s)`, and what can be gone
// back to.
[[nodiscard]] std::string format_summary(RestoreReport const &report);
// How long the swap took and what was put aside; all that there is to say of an --undo that swapped
// names.
[[nodiscard]] std::string format_swap(RestoreReport const &report);

[[nodiscard]] nlohmann::ordered_json restore_json(RestoreReport const &report);

} // namespace pgkeep
