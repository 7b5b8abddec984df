#include "restore/existing_rows.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/read_back.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace pgkeep {
namespace {

std::vector<SchemaAndName> loaded_tables(Manifest const &manifest) {
    std::vector<SchemaAndName> names;
    for (auto const &table : manifest.tables) {
        if (table.has_data) {
            names.emplace_back(table.schema, table.name);
        }
    }
    return names;
}

void check_columns(TableEntry const &table, ExistingRelation const &relation,
                   Obstacles &obstacles) {
    for (auto const &column : table.columns) {
        if (!relation.columns.contains(column)) {
            obstacles.add(ErrorKind::not_found,
                          "table " + printable_name(table.schema, table.name) + " has no column " +
                              printable(column) + " that takes values",
                          "Restore table and rows into a new database with --into, and copy from "
                          "there.");
        }
    }
}

bool holds_rows(Connection &inside, TableEntry const &table, ExistingRelation const &relation) {
    SchemaAndName const name{table.schema, table.name};
    return table.partitioned ? has_rows_in_partitions(inside, name)
                             : has_rows(inside, name, relation.condition);
}

void check_table(Connection &inside, TableEntry const &table, ExistingRows existing,
                 ExistingRelation const *relation, Obstacles &obstacles) {
    std::string const name = "table " + printable_name(table.schema, table.name);
    if (relation == nullptr || relation->kind != (table.partitioned ? 'p' : 'r')) {
        obstacles.add(ErrorKind::not_found, name + " does not exist in the database",
                      "Restore it with its definition: leave out --data-only.");
        return;
    }
    check_columns(table, *relation, obstacles);
    // The archive's own condition is SQL that nobody vouches for: it is not run.
    if (relation->condition != table.condition) {
        obstacles.add(ErrorKind::failed,
                      name +
                          (relation->condition.empty()
                               ? ": no extension selects its rows, as one does in the archive: "
                               : ": its extension selects other rows than in the archive: ") +
                          printable(table.condition),
                      "Restore into a new database with --into, and copy from there.");
        return;
    }
    if (existing == ExistingRows::refuse && holds_rows(inside, table, *relation)) {
        obstacles.add(ErrorKind::exists, name + " has rows",
                      "Add --existing-rows=append to keep them, or --existing-rows=replace to "
                      "remove them first.");
    }
}

// Other tables whose rows point to rows that would go.
void check_references(Connection &inside, Manifest const &manifest, Obstacles &obstacles) {
    EmptyingPlan const plan = plan_emptying(inside, loaded_tables(manifest));
    for (auto const &key : plan.foreign_keys_from_others) {
        obstacles.add(ErrorKind::failed,
                      "table " + printable_name(key.referencing.schema, key.referencing.name) +
                          " references " +
                          printable_name(key.referenced.schema, key.referenced.name) +
                          ", whose rows would be replaced",
                      "Choose that table too, or keep the rows with --existing-rows=append.");
    }
}

void check_large_objects(Connection &inside, Manifest const &manifest, ExistingRows existing,
                         Obstacles &obstacles) {
    if (manifest.large_objects.count == 0) {
        return;
    }
    if (list_restored_large_objects(inside).size() != manifest.large_objects.count) {
        obstacles.add(ErrorKind::not_found,
                      "the database does not have the large objects of the archive, only whose "
                      "content --data-only loads",
                      "Restore into a new database with --into, or choose tables with -t.");
    } else if (existing != ExistingRows::replace && !large_objects_are_empty(inside)) {
        obstacles.add(ErrorKind::exists, "large objects have content",
                      "Replace it with --existing-rows=replace, or choose tables with -t.");
    }
}

void check_sequences(Connection &inside, Manifest const &manifest, Obstacles &obstacles) {
    std::vector<SchemaAndName> names;
    for (auto const &sequence : manifest.sequences) {
        names.emplace_back(sequence.schema, sequence.name);
    }
    auto const found = find_relations(inside, names);
    for (auto const &name : names) {
        std::string const text = "sequence " + printable_name(name.first, name.second);
        auto const relation = found.find(name);
        if (relation == found.end() || relation->second.kind != 'S') {
            obstacles.add(ErrorKind::not_found, text + " does not exist in the database",
                          "Create it, or choose tables with -t.");
        } else if (!relation->second.owned) {
            obstacles.add(ErrorKind::privilege,
                          text + " belongs to another role, so that its value could not be put "
                                 "back after a failure",
                          "Restore as its owner, or choose tables with -t.");
        }
    }
}

} // namespace

void check_existing_rows(Connection &inside, Manifest const &manifest, ExistingRows existing,
                         Obstacles &obstacles) {
    auto const found = find_relations(inside, loaded_tables(manifest));
    for (auto const &table : manifest.tables) {
        if (table.has_data) {
            auto const relation = found.find({table.schema, table.name});
            check_table(inside, table, existing,
                        relation == found.end() ? nullptr : &relation->second, obstacles);
        }
    }
    if (existing == ExistingRows::replace) {
        check_references(inside, manifest, obstacles);
    }
    check_large_objects(inside, manifest, existing, obstacles);
    check_sequences(inside, manifest, obstacles);
}

void ExistingRowsLoad::before(RestoreCheck check, Progress &progress) {
    expected_ = manifest_;
    lock(existing_ == ExistingRows::replace ? "ACCESS EXCLUSIVE" : kAgainstWriters);
    Obstacles obstacles;
    check_existing_rows(connection_, manifest_, existing_, obstacles);
    if (!obstacles.list.empty()) {
        throw combined_error(obstacles.list);
    }
    relief_ = plan_load_relief(connection_, loaded_tables(manifest_));
    connection_.execute(relief_.before);
    if (existing_ == ExistingRows::replace) {
        empty_tables();
    } else if (existing_ == ExistingRows::append) {
        add_existing(check, progress);
    }
}

void ExistingRowsLoad::shut_out_writers() {
    lock(kAgainstWriters);
}

void ExistingRowsLoad::lock(char const *mode) {
    auto const lock_kind = [this, mode](auto const &relations, char kind) {
        std::vector<SchemaAndName> there;
        for (auto const &[name, relation] : relations) {
            if (relation.kind == kind) {
                there.push_back(name);
            }
        }
        lock_tables(connection_, there, mode);
    };
    // A table that is locked gets no other partitions.
    auto const found = find_relations(connection_, loaded_tables(manifest_));
    lock_kind(found, 'p');
    auto const all = with_partitions(connection_, found);
    lock_kind(all, 'p');
    lock_kind(all, 'r');
}

void ExistingRowsLoad::empty_tables() {
    EmptyingPlan const plan = plan_emptying(connection_, loaded_tables(manifest_));
    if (!plan.truncate.empty()) {
        connection_.execute(plan.truncate);
    }
    for (std::uint32_t const oid : plan.configuration_tables) {
        empty_configuration_table(connection_, oid);
    }
    if (manifest_.large_objects.count != 0) {
        empty_large_objects(connection_);
    }
}

// Digests are sums, so those of old and new rows add up. A sequence that is ahead of the archive
// stays there.
void ExistingRowsLoad::add_existing(RestoreCheck check, Progress &progress) {
    if (check != RestoreCheck::none) {
        auto const depth =
            check == RestoreCheck::content ? CheckDepth::content : CheckDepth::counts;
        ReadBack read_back{manifest_, depth, list_stored_tables(connection_), {}, progress};
        for (auto const &task : read_back.tasks()) {
            connection_.throw_if_stopped();
            task(connection_);
        }
        Findings const found = read_back.take();
        for (std::size_t i = 0; i < expected_.tables.size(); ++i) {
            if (expected_.tables[i].has_data && found.tables[i]) {
                expected_.tables[i].proof += *found.tables[i];
            }
        }
    }
    auto const values = read_restored_sequences(connection_, manifest_.sequences);
    auto const descending = list_descending_sequences(connection_);
    for (std::size_t i = 0; i < values.size(); ++i) {
        SequenceEntry &sequence = expected_.sequences[i];
        if (!values[i]) {
            continue;
        }
        bool const down = descending.contains({sequence.schema, sequence.name});
        auto const reach = [down](SequenceEntry const &entry) {
            return std::pair{down ? -entry.last_value : entry.last_value, entry.is_called};
        };
        if (reach(*values[i]) > reach(sequence)) {
            sequence = *values[i];
        }
    }
}

void ExistingRowsLoad::after() {
    connection_.execute("SET CONSTRAINTS ALL IMMEDIATE;" + relief_.after);
    if (existing_ == ExistingRows::append) {
        set_sequences(connection_, expected_.sequences);
    }
}

} // namespace pgkeep
