// What a backup copies: the relations that carry data, as the schema archive names them, locked and
// known not to have moved since the snapshot.
//
// Thread-safety: one thread at a time.

#pragma once

#include "backup/backup.hpp"
#include "model/chunk_plan.hpp"
#include "pg/backup_catalog.hpp"
#include "proc/toc.hpp"

#include <cstdint>
#include <vector>

namespace pgkeep {

struct BackupRelations {
    std::vector<DataRelation> tables;  // ordered by oid
    std::vector<TableEntry> entries;   // of the manifest, by number, without proofs
    std::vector<std::size_t> entry_of; // by table: the place of the entry that has its rows
    std::vector<RelationName> sequences;
    std::vector<Extension> extensions;
    std::vector<std::uint32_t> large_objects;

    [[nodiscard]] std::vector<RelationName> names_to_lock() const;
    [[nodiscard]] std::vector<TableSize> sizes() const; // of those with data
};

// What the filters will probably select, for locking before pg_dump looks at the catalog: the
// shorter the time between snapshot and lock, the fewer changes fall into it. What they really
// select is known only afterwards.
[[nodiscard]] std::vector<RelationName> expected_tables(Connection &keeper,
                                                        BackupFilters const &filters);

// Under the keeper's snapshot. What pg_dump selected (`toc`) with its filters' effect on data.
// Says in the log which rows a restore may not be able to load.
[[nodiscard]] BackupRelations select_relations(Connection &keeper, std::vector<TocEntry> const &toc,
                                               BackupFilters const &filters);

} // namespace pgkeep
