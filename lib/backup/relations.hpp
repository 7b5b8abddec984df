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

// The relations that pg_dump's list names, or those that it will probably name. By oid, in order.
struct RelationList {
    std::vector<std::uint32_t> tables; // ordinary and partitioned ones
    std::vector<std::uint32_t> foreign_tables;
    std::vector<std::uint32_t> extensions;
    bool operator==(RelationList const &) const = default;
};

// What carries data.
struct BackupRelations {
    std::vector<DataRelation> tables;  // ordered by oid
    std::vector<TableEntry> entries;   // of the manifest, by number, without proofs
    std::vector<std::size_t> entry_of; // by table: the place of the entry that has its rows
    std::vector<std::uint32_t> large_objects;
    // Tables with data and with foreign keys that are there before the data: each is one COPY
    // statement, behind those of the tables that it references. In this order; the places in
    // `tables`.
    std::vector<std::size_t> in_order;

    [[nodiscard]] std::vector<RelationName> names_to_lock() const;
    [[nodiscard]] std::vector<TableSize> sizes() const; // of those with data
};

[[nodiscard]] RelationList listed_relations(std::vector<TocEntry> const &toc);

// What the filters will probably select, for locking and copying before pg_dump has said it: the
// shorter the time between snapshot and lock, the fewer changes fall into it. What they really
// select is known only afterwards.
struct ExpectedRelations {
    RelationList list;
    std::vector<RelationName> tables; // to lock
};
[[nodiscard]] ExpectedRelations expect_relations(Connection &keeper, BackupFilters const &filters);

// Under the keeper's snapshot: what of `list` carries data, with the filters' effect on data. The
// same list gives the same answer. Says in the log which rows a restore may not be able to load.
[[nodiscard]] BackupRelations select_relations(Connection &keeper, RelationList const &list,
                                               BackupFilters const &filters);

// Those of pg_dump's list, and the configuration of its extensions.
[[nodiscard]] std::vector<RelationName> select_sequences(Connection &keeper,
                                                         std::vector<TocEntry> const &toc,
                                                         BackupFilters const &filters);

} // namespace pgkeep
