// The relations of a list, locked, known not to have moved since the snapshot, and being copied.
//
// Made while pg_dump still works, for the relations that it will probably name, and kept when it
// did name these; else made anew for those that it named.
//
// The destructor abandons the copy; the keeper's locks stay with its transaction.
//
// Thread-safety: one thread at a time, which need not be the one that made it.

#pragma once

#include "backup/data_phase.hpp"
#include "backup/relations.hpp"
#include "pg/snapshot.hpp"

#include <vector>

namespace pgkeep {

// A list, and what of it carries data.
struct SelectedRelations {
    RelationList list;
    BackupRelations relations;
};
// By the keeper, which gives back the locks that it takes for this.
[[nodiscard]] SelectedRelations select_for_copy(CopyContext const &context, RelationList list);

class RelationCopy {
public:
    // Throws Error{schema_moved}, or what lock_relations() throws. `locked`: the keeper has these
    // locks already. `context` outlives this.
    RelationCopy(CopyContext const &context, SelectedRelations selected,
                 std::vector<RelationName> const &locked);

    [[nodiscard]] RelationList const &list() const noexcept { return selected_.list; }
    [[nodiscard]] BackupRelations const &relations() const noexcept { return selected_.relations; }

    // Appends all blocks, with their proofs for `manifest`; then looks once more whether anything
    // has moved: a schema can be renamed and a value of an enum type too, whatever locks there are
    // on tables.
    void finish(ArchiveWriter &writer, Manifest &manifest);

private:
    CopyContext const &context_;
    SelectedRelations const selected_;
    SnapshotState const state_;
    DataPhase phase_;
};

} // namespace pgkeep
