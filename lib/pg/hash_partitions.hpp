// SQL about tables that are partitioned by the hash of an enum value.
//
// The hash of an enum value is that of its number (oid), which is another one in every database:
// their rows belong to other partitions in a copy. So they must be loaded through the partitioned
// table, never into the partition that they were read from.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"
#include "pg/snapshot.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgkeep {

// A relation in a tree of partitions.
struct PartitionNode {
    RelationName relation;
    char kind = 'r';                  // pg_class.relkind
    std::uint32_t parent = 0;         // 0: the topmost one
    bool unsafe = false;              // divides its rows by the hash of an enum value
    std::vector<std::string> columns; // attnum order, no dropped, no generated ones
};

// All members of all trees that have an unsafe table, parents in front of their children. As a
// rule none. A key that is an expression of a type made of others (record, array, range) counts as
// unsafe, since its type is not known.
[[nodiscard]] std::vector<PartitionNode> list_unsafe_partition_trees(Connection &connection);

} // namespace pgkeep
