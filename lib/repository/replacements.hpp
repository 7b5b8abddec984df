// What restores have replaced, as they said it themselves: the memory of --undo.
//
// A hidden file `.replaced` in the database's folder of the repository, one JSON object a line,
// newest last: when, of which cluster, and where what was replaced can be found: a safety snapshot,
// a database that was kept, both, or nothing (--no-safety-snapshot). --undo follows the last one
// only: going back further than that would not be what was asked for.
//
// A replacement is announced before it happens, and recorded once it has. One that was only
// announced may have happened or not; the server can be asked, by the database or the transaction
// that the announcement names.
//
// Thread-safety: pure functions over files; appends are whole lines.

#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

struct Replacement {
    Time time{};
    std::string system_identifier;  // empty: the server did not say
    std::string safety_snapshot;    // file name in the database's folder; empty: none
    std::uint32_t old_database = 0; // oid; 0: it was not a database of its own (--in-place)
    std::string transaction{};      // number of the one that replaces (--in-place); else empty
    bool recorded = true;           // false: only announced
    bool operator==(Replacement const &) const = default;
};

// Both throw Error when the folder cannot be written; `recorded` counts for nothing.
void announce_replacement(std::string const &repository, std::string const &database,
                          Replacement const &replacement);
void record_replacement(std::string const &repository, std::string const &database,
                        Replacement const &replacement);

// Throws what the two would throw, as far as it can be known before.
void require_recordable(std::string const &repository, std::string const &database);

// Those of the cluster `system_identifier` in a database's folder, oldest first, each once. Damaged
// lines are left out.
[[nodiscard]] std::vector<Replacement> read_replacements(std::string const &folder,
                                                         std::string const &system_identifier);

} // namespace pgkeep
