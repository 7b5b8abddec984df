// The tables of an archive and those of a live database, paired by name.
//
// Looks at the catalog only. What cannot be paired, or not be read, has its reason.
//
// Thread-safety: as the Connection.

#pragma once

#include "model/comparison.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "pg/restore_catalog.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pgkeep {

struct PairedTable {
    std::size_t place = 0; // in the manifest's list
    StoredTable stored;
};

struct DriftPairs {
    // The archive's manifest, as far as it can be compared: a table whose rows one side does not
    // have by intention has none here.
    Manifest comparable;
    std::vector<PairedTable> tables;
    std::map<std::size_t, std::string>
        unreadable; // by place; a table that is just missing has none
    std::vector<Difference> new_columns;
    std::vector<std::string> only_there; // `schema.table`
    std::vector<std::uint32_t> large_objects;
    std::vector<std::string> notes; // whole sentences
};

// Whether the archive was made of a part of its database: what it does not have says nothing then.
[[nodiscard]] inline bool is_of_a_part(Manifest const &manifest) {
    return !manifest.origin.filters.empty();
}

// `table s.t`, as compare() names it.
[[nodiscard]] std::string table_object(TableEntry const &table);

[[nodiscard]] DriftPairs pair_with_live(Connection &connection, Manifest const &manifest);

} // namespace pgkeep
