#include "verify/drift_pairs.hpp"

#include "model/sql_text.hpp"
#include "pg/existing_objects.hpp"
#include "pg/live_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace pgkeep {
namespace {

using LiveTables = std::map<SchemaAndName, LiveTable>;

LiveTables live_tables(Connection &connection) {
    LiveTables tables;
    for (auto &table : list_live_tables(connection)) {
        SchemaAndName name{table.data.relation.schema, table.data.relation.name};
        tables.emplace(std::move(name), std::move(table));
    }
    return tables;
}

std::string_view kind_name(char relkind) {
    switch (relkind) {
    case 'p':
        return "a partitioned table";
    case 'v':
        return "a view";
    case 'm':
        return "a materialized view";
    case 'f':
        return "a foreign table";
    default:
        return "no table";
    }
}

template <typename Columns>
void add_new_columns(DriftPairs &pairs, TableEntry const &table, Columns const &live) {
    for (auto const &column : live) {
        if (std::ranges::find(table.columns, column) == table.columns.end()) {
            std::string const text = "column \"" + printable(column) + "\"";
            pairs.new_columns.push_back({table_object(table), "no " + text, text});
        }
    }
}

void pair(DriftPairs &pairs, std::size_t place, DataRelation const &live) {
    TableEntry &table = pairs.comparable.tables[place];
    add_new_columns(pairs, table, live.columns);
    // The archive's own condition is SQL that nobody vouches for: it is not run.
    if (table.condition != live.condition) {
        pairs.unreadable[place] = live.condition.empty() ? "no extension selects its rows"
                                                         : "its extension selects other rows: " +
                                                               printable(live.condition);
        return;
    }
    if (table.has_data && !live.has_data) {
        pairs.notes.push_back("The rows of " + table_object(table) +
                              " are not compared: it is unlogged, and the server a standby.");
    }
    if (!table.has_data || !live.has_data) {
        table.has_data = false;
        table.proof = {};
    }
    pairs.tables.push_back(
        {place, {live.relation, live.pages, live.bytes, live.can_split, false, live.condition}});
}

// Of a table that the archive has as a whole, the live partitions are parts and no tables by
// themselves.
void pair_partitioned(Connection &connection, DriftPairs &pairs, LiveTables &live,
                      std::map<SchemaAndName, std::size_t> &missing) {
    std::vector<SchemaAndName> names;
    for (TableEntry const &table : pairs.comparable.tables) {
        if (table.partitioned) {
            names.emplace_back(table.schema, table.name);
        }
    }
    auto found = find_relations(connection, names);
    std::erase_if(found, [](auto const &relation) { return relation.second.kind != 'p'; });
    for (auto const &[name, relation] : found) {
        std::size_t const place = missing.at(name);
        missing.erase(name);
        TableEntry &table = pairs.comparable.tables[place];
        add_new_columns(pairs, table, relation.columns);
        if (table.partial) {
            pairs.notes.push_back("The rows of " + table_object(table) +
                                  " are not compared: those of some of its partitions were left "
                                  "out.");
            table.has_data = false;
        }
        if (!table.has_data) {
            table.proof = {};
        }
        StoredTable stored{{relation.oid, name.first, name.second}};
        stored.partitioned = true;
        pairs.tables.push_back({place, std::move(stored)});
    }
    auto const expected = with_partitions(connection, std::move(found));
    for (auto const &[name, relation] : expected) {
        live.erase(name);
    }
}

// A table that became something else is not simply missing.
void explain_missing(Connection &connection, DriftPairs &pairs,
                     std::map<SchemaAndName, std::size_t> const &missing) {
    std::vector<SchemaAndName> names;
    for (auto const &[name, place] : missing) {
        names.push_back(name);
    }
    for (auto const &[name, relation] : find_relations(connection, names)) {
        std::size_t const place = missing.at(name);
        bool const whole = pairs.comparable.tables[place].partitioned && relation.kind == 'r';
        pairs.unreadable[place] =
            whole ? "it is not partitioned" : fmt::format("it is {}", kind_name(relation.kind));
    }
}

} // namespace

std::string table_object(TableEntry const &table) {
    return "table " + printable_name(table.schema, table.name);
}

DriftPairs pair_with_live(Connection &connection, Manifest const &manifest) {
    DriftPairs pairs;
    pairs.comparable = manifest;
    LiveTables live = live_tables(connection);
    std::map<SchemaAndName, std::size_t> missing;
    for (std::size_t place = 0; place < manifest.tables.size(); ++place) {
        SchemaAndName name{manifest.tables[place].schema, manifest.tables[place].name};
        auto const found = live.find(name);
        if (found != live.end() && !manifest.tables[place].partitioned) {
            pair(pairs, place, found->second.data);
            live.erase(found);
        } else {
            missing.emplace(std::move(name), place);
        }
    }
    if (!missing.empty()) {
        pair_partitioned(connection, pairs, live, missing);
    }
    if (!missing.empty()) {
        explain_missing(connection, pairs, missing);
    }
    for (auto const &[name, table] : live) {
        if (!table.of_extension && !is_of_a_part(manifest)) {
            pairs.only_there.push_back(printable_name(name.first, name.second));
        }
    }
    if (!is_of_a_part(manifest) || manifest.large_objects.count > 0) {
        pairs.large_objects = list_restored_large_objects(connection);
    }
    return pairs;
}

} // namespace pgkeep
