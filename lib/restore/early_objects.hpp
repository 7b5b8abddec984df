// Which indexes and constraints are built as soon as the rows of their tables are in, by workers
// that have nothing left to load; pg_restore makes all others once everything is loaded.
//
// Only what is worth a process of its own: indexes, constraints and foreign keys of big tables, and
// what those foreign keys need of smaller ones. Left out are tables that inherit or are partitions,
// and whatever depends on an object that comes only with the rest of post-data. An index that calls
// a function may read other tables through it, so it waits for the rows of all tables.
//
// A table of contents tells names only with doubt; a table that cannot be told apart from another
// has no early objects.
//
// Thread-safety: pure functions and values.

#pragma once

#include "model/manifest.hpp"
#include "proc/toc.hpp"
#include "restore/selection.hpp"

#include <cstdint>
#include <set>
#include <vector>

namespace pgkeep {

struct EarlyObject {
    int dump_id = 0;
    std::set<std::uint32_t> tables; // numbers in the manifest: their rows must be in
    std::set<int> after;            // dump ids of early objects that must be there before
    bool all_rows = false;          // the rows of every table must be in
    bool exclusive = false;         // bears nothing else on its tables at the same time
    bool foreign_key = false; // comes after all indexes of its tables, which its check can use
    std::uint64_t cost = 0;   // of building it, by a rough measure

    // Dump ids of the comments on it. They come with it: pg_restore leaves them out of a list in
    // which what they describe is missing.
    std::vector<int> remarks;

    bool operator==(EarlyObject const &) const = default;
};

// A process for each index costs about 30 ms: less than building an index on such a table.
inline constexpr std::uint64_t kBigTable = 16ULL << 20;

// `toc` with dependencies, `manifest` the whole one. `big_table`: the least text of a big table.
[[nodiscard]] std::vector<EarlyObject> plan_early_objects(std::vector<TocEntry> const &toc,
                                                          Manifest const &manifest,
                                                          Selection const &selection,
                                                          std::uint64_t big_table = kBigTable);

} // namespace pgkeep
