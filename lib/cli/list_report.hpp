// The list of archives that pgkeep-restore --list prints.
//
// Thread-safety: pure functions, except list_entries(), which reads evidence from the repository.

#pragma once

#include "base/clock.hpp"
#include "repository/archive_state.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace pgkeep {

// Time, age, size, rows, kind, evidence, database, in 80 columns unless names or numbers are very
// long.
[[nodiscard]] std::string format_list(std::vector<ArchiveState> const &entries, Time now);

[[nodiscard]] nlohmann::ordered_json list_json(std::vector<ArchiveState> const &entries, Time now);

// `45s`, `12min`, `3h`, `8d`: how long ago, in its largest unit; `ahead` when it is yet to
// come.
[[nodiscard]] std::string format_age(Time time, Time now);

} // namespace pgkeep
