#include "backup/relation_copy.hpp"

#include "pg/savepoint.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace pgkeep {

namespace {

// ACCESS SHARE on everything that will be copied, and the proof that nothing moved before we had
// it.
SnapshotState lock(CopyContext const &context, std::vector<RelationName> names,
                   std::vector<RelationName> const &locked) {
    std::set<std::uint32_t> have;
    for (RelationName const &relation : locked) {
        have.insert(relation.oid);
    }
    std::vector<RelationName> missing = names;
    std::erase_if(missing, [&](RelationName const &name) { return have.contains(name.oid); });
    lock_relations(context.keeper, missing, context.options.lock_wait_timeout);
    std::optional<SnapshotState> state;
    without_keeping_locks(context.keeper, [&] { state.emplace(context.keeper, std::move(names)); });
    state->require_unmoved(context.observer);
    return std::move(*state);
}

} // namespace

SelectedRelations select_for_copy(CopyContext const &context, RelationList list) {
    SelectedRelations selected{std::move(list), {}};
    without_keeping_locks(context.keeper, [&] {
        selected.relations =
            select_relations(context.keeper, selected.list, context.options.filters);
    });
    return selected;
}

RelationCopy::RelationCopy(CopyContext const &context, SelectedRelations selected,
                           std::vector<RelationName> const &locked)
    : context_(context),
      selected_(std::move(selected)),
      state_(lock(context, selected_.relations.names_to_lock(), locked)),
      phase_(context, selected_.relations) {
}

void RelationCopy::finish(ArchiveWriter &writer, Manifest &manifest) {
    phase_.finish(writer, manifest);
    require_alive(context_.keeper);
    state_.require_unmoved(context_.observer);
    require_types_unmoved(context_.keeper, context_.observer);
}

} // namespace pgkeep
