#include "backup/relations.hpp"

#include "backup/routing.hpp"
#include "base/error.hpp"
#include "model/name_pattern.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace pgkeep {

namespace {

std::vector<std::uint32_t> oids_of(std::vector<TocEntry> const &toc, std::uint32_t catalog,
                                   std::string_view kind) {
    std::vector<std::uint32_t> oids;
    for (TocEntry const &entry : toc) {
        if (entry.catalog == catalog && entry.kind == kind) {
            oids.push_back(entry.oid);
        }
    }
    std::ranges::sort(oids);
    return oids;
}

std::set<std::uint32_t> match(Connection &keeper, std::vector<std::string> const &patterns) {
    if (patterns.empty()) {
        return {};
    }
    std::vector<NamePattern> parsed;
    for (std::string const &pattern : patterns) {
        parsed.push_back(parse_table_pattern(pattern));
    }
    auto const oids = match_tables(keeper, parsed);
    return {oids.begin(), oids.end()};
}

std::set<std::uint32_t> match_schemas(Connection &keeper,
                                      std::vector<std::string> const &patterns) {
    if (patterns.empty()) {
        return {};
    }
    std::vector<std::string> regexes;
    for (std::string const &pattern : patterns) {
        regexes.push_back(parse_name_pattern(pattern));
    }
    auto const oids = tables_in_schemas(keeper, regexes);
    return {oids.begin(), oids.end()};
}

// The filters as sets of oids.
struct FilterOids {
    bool selective = false;
    std::set<std::uint32_t> selected; // by -t or -n
    std::set<std::uint32_t> excluded; // by -T or -N
    std::set<std::uint32_t> without_data;

    [[nodiscard]] bool admits(std::uint32_t oid) const {
        return (!selective || selected.contains(oid)) && !excluded.contains(oid);
    }
};

FilterOids resolve(Connection &keeper, BackupFilters const &filters) {
    FilterOids oids;
    oids.selective = !filters.tables.empty() || !filters.schemas.empty();
    oids.selected = match(keeper, filters.tables);
    oids.selected.merge(match_schemas(keeper, filters.schemas));
    oids.excluded = match(keeper, filters.excluded_tables);
    oids.excluded.merge(match_schemas(keeper, filters.excluded_schemas));
    oids.without_data = match(keeper, filters.excluded_table_data);
    return oids;
}

// Whose configuration relations come into question. As in pg_dump: those of every extension that is
// dumped, and under -n and -t, which leave extensions out, those that are selected by name.
std::vector<std::uint32_t> configured_extensions(Connection &keeper, FilterOids const &filters,
                                                 std::vector<std::uint32_t> const &dumped) {
    return filters.selective ? list_configured_extensions(keeper) : dumped;
}

std::vector<DataRelation> select_tables(Connection &keeper, FilterOids const &filters,
                                        std::vector<std::uint32_t> const &listed,
                                        std::vector<std::uint32_t> const &extensions) {
    std::set<std::uint32_t> const in_toc{listed.begin(), listed.end()};
    std::vector<DataRelation> tables = list_data_relations(keeper, listed, extensions);
    std::erase_if(tables, [&](DataRelation const &table) {
        return !in_toc.contains(table.relation.oid) && !filters.admits(table.relation.oid);
    });
    for (DataRelation &table : tables) {
        table.has_data = table.has_data && !filters.without_data.contains(table.relation.oid);
    }
    return tables;
}

// Referenced tables first; of tables in a circle that with the lowest oid. A table's key to itself
// asks for no order.
std::vector<std::size_t> order_by_keys(std::vector<DataRelation> const &tables,
                                       std::vector<ConfigurationKey> const &keys) {
    std::set<std::uint32_t> waiting;
    for (ConfigurationKey const &key : keys) {
        waiting.insert({key.referencing, key.referenced});
    }
    std::map<std::uint32_t, std::size_t> places;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].has_data) {
            places[tables[i].relation.oid] = i;
        }
    }
    std::erase_if(waiting, [&](std::uint32_t oid) { return !places.contains(oid); });
    std::vector<std::size_t> order;
    while (!waiting.empty()) {
        auto const free = std::ranges::find_if(waiting, [&](std::uint32_t oid) {
            return std::ranges::none_of(keys, [&](ConfigurationKey const &key) {
                return key.referencing == oid && key.referenced != oid &&
                       waiting.contains(key.referenced);
            });
        });
        auto const next = free == waiting.end() ? waiting.begin() : free;
        order.push_back(places.at(*next));
        waiting.erase(next);
    }
    return order;
}

} // namespace

std::vector<RelationName> BackupRelations::names_to_lock() const {
    std::vector<RelationName> names;
    for (DataRelation const &table : tables) {
        if (table.has_data) {
            names.push_back(table.relation);
        }
    }
    return names;
}

std::vector<TableSize> BackupRelations::sizes() const {
    std::vector<TableSize> sizes;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].has_data) {
            sizes.push_back({i, tables[i].pages, tables[i].bytes, tables[i].can_split});
        }
    }
    return sizes;
}

RelationList listed_relations(std::vector<TocEntry> const &toc) {
    return {oids_of(toc, kCatalogRelation, "TABLE"),
            oids_of(toc, kCatalogRelation, "FOREIGN TABLE"),
            oids_of(toc, kCatalogExtension, "EXTENSION")};
}

ExpectedRelations expect_relations(Connection &keeper, BackupFilters const &filters) {
    FilterOids const oids = resolve(keeper, filters);
    ExpectedRelations expected;
    for (UserTable &table : list_user_tables(keeper)) {
        if (!oids.admits(table.relation.oid)) {
            continue;
        }
        if (table.foreign) {
            expected.list.foreign_tables.push_back(table.relation.oid);
        } else {
            expected.list.tables.push_back(table.relation.oid);
            expected.tables.push_back(std::move(table.relation));
        }
    }
    // As pg_dump: a selection has no extensions.
    if (!oids.selective) {
        expected.list.extensions = list_user_extensions(keeper);
    }
    return expected;
}

BackupRelations select_relations(Connection &keeper, RelationList const &list,
                                 BackupFilters const &filters) {
    FilterOids const oids = resolve(keeper, filters);
    BackupRelations relations;
    auto const extensions = configured_extensions(keeper, oids, list.extensions);
    relations.tables = select_tables(keeper, oids, list.tables, extensions);
    relations.in_order =
        order_by_keys(relations.tables, list_configuration_keys(keeper, extensions));
    std::set<std::uint32_t> created{list.tables.begin(), list.tables.end()};
    created.insert(list.foreign_tables.begin(), list.foreign_tables.end());
    route_rows(list_unsafe_partition_trees(keeper), created, relations);
    // As pg_dump: large objects belong to the whole database, not to a selection.
    if (!oids.selective) {
        relations.large_objects = list_large_objects(keeper);
    }
    return relations;
}

std::vector<RelationName> select_sequences(Connection &keeper, std::vector<TocEntry> const &toc,
                                           BackupFilters const &filters) {
    FilterOids const oids = resolve(keeper, filters);
    auto const extensions =
        configured_extensions(keeper, oids, oids_of(toc, kCatalogExtension, "EXTENSION"));
    std::vector<RelationName> sequences =
        list_sequences(keeper, oids_of(toc, kCatalogRelation, "SEQUENCE"));
    for (RelationName &sequence : list_extension_sequences(keeper, extensions)) {
        if (oids.admits(sequence.oid)) {
            sequences.push_back(std::move(sequence));
        }
    }
    std::erase_if(sequences, [&](RelationName const &sequence) {
        return oids.without_data.contains(sequence.oid);
    });
    return sequences;
}

} // namespace pgkeep
