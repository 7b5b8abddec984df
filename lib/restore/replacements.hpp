// What restores have replaced, as they said it themselves: the memory of --undo.
//
// A hidden file `.replaced` in the database's folder of the repository, one JSON object a line,
// newest last: when, of which cluster, and where what was replaced can be found: a safety snapshot,
// a database that was kept, both, or nothing (--no-safety-snapshot). --undo follows the last one
// only: going back further than that would not be what was asked for.
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
    bool operator==(Replacement const &) const = default;
};

// Throws Error when the folder cannot be written.
void record_replacement(std::string const &repository, std::string const &database,
                        Replacement const &replacement);

// Those of `database` in the cluster `system_identifier`, oldest first; damaged lines are left out.
[[nodiscard]] std::vector<Replacement> read_replacements(std::string const &repository,
                                                         std::string const &database,
                                                         std::string const &system_identifier);

} // namespace pgkeep
