// Which entry of the manifest the rows of each table belong to: its own, or that of a partitioned
// table through which they must be loaded (pg/hash_partitions.hpp says why).
//
// As in pg_dump, that is the topmost table that is created with them. A partition without its
// parents is restored as a table by itself, and its rows as its own.
//
// Thread-safety: one thread at a time.

#pragma once

#include "backup/relations.hpp"
#include "pg/hash_partitions.hpp"

#include <cstdint>
#include <set>
#include <vector>

namespace pgkeep {

// Fills in the entries of `relations` and which table has which; a partition that is loaded through
// another table is read with the columns of that. `trees`: list_unsafe_partition_trees().
// `created`: the tables and foreign tables that a restore creates. Warns of rows that it may not be
// able to load.
void route_rows(std::vector<PartitionNode> const &trees, std::set<std::uint32_t> const &created,
                BackupRelations &relations);

} // namespace pgkeep
