// The list of archives that pgkeep-restore --list prints.
//
// Thread-safety: pure functions, except list_entries(), which reads evidence from the repository.

#pragma once

#include "base/clock.hpp"
#include "repository/evidence.hpp"
#include "repository/repository.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

struct ListEntry {
    ArchiveFile file;
    std::optional<Evidence> evidence; // the newest
};

// Archives of `database` (empty: all), oldest first.
[[nodiscard]] std::vector<ListEntry> list_entries(Repository const &repository,
                                                  std::string const &database);

// Time, age, size, rows, kind, evidence, database, in 80 columns unless names or numbers are very
// long.
[[nodiscard]] std::string format_list(std::vector<ListEntry> const &entries, Time now);

[[nodiscard]] nlohmann::ordered_json list_json(std::vector<ListEntry> const &entries, Time now);

// `45s`, `12min`, `3h`, `8d`: how long ago, in its largest unit; `ahead` when it is yet to
// come.
[[nodiscard]] std::string format_age(Time time, Time now);

} // namespace pgkeep
