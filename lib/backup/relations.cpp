#include "backup/relations.hpp"

#include "model/name_pattern.hpp"

#include <algorithm>
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

std::set<std::uint32_t> excluded_by(Connection &keeper, BackupFilters const &filters) {
    std::set<std::uint32_t> excluded = match(keeper, filters.excluded_tables);
    excluded.merge(match_schemas(keeper, filters.excluded_schemas));
    return excluded;
}

// pg_dump's own list has -T and -N applied; an extension's configuration tables are not in that
// list.
void drop_excluded_configuration(Connection &keeper, BackupFilters const &filters,
                                 std::set<std::uint32_t> const &listed,
                                 std::vector<DataRelation> &tables) {
    std::set<std::uint32_t> const excluded = excluded_by(keeper, filters);
    std::erase_if(tables, [&](DataRelation const &table) {
        std::uint32_t const oid = table.relation.oid;
        return !listed.contains(oid) && excluded.contains(oid);
    });
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

std::vector<TableEntry> BackupRelations::manifest_entries() const {
    std::vector<TableEntry> entries;
    for (DataRelation const &table : tables) {
        TableEntry &entry = entries.emplace_back();
        entry.number = static_cast<std::uint32_t>(entries.size());
        entry.schema = table.relation.schema;
        entry.name = table.relation.name;
        entry.columns = table.columns;
        entry.has_data = table.has_data;
        entry.condition = table.condition;
    }
    return entries;
}

std::vector<RelationName> expected_tables(Connection &keeper, BackupFilters const &filters) {
    std::vector<RelationName> tables = list_user_tables(keeper);
    bool const selective = !filters.tables.empty() || !filters.schemas.empty();
    std::set<std::uint32_t> selected = match(keeper, filters.tables);
    selected.merge(match_schemas(keeper, filters.schemas));
    std::set<std::uint32_t> const excluded = excluded_by(keeper, filters);
    std::erase_if(tables, [&](RelationName const &table) {
        return (selective && !selected.contains(table.oid)) || excluded.contains(table.oid);
    });
    return tables;
}

BackupRelations select_relations(Connection &keeper, std::vector<TocEntry> const &toc,
                                 BackupFilters const &filters) {
    auto const table_oids = oids_of(toc, kCatalogRelation, "TABLE");
    auto const extension_oids = oids_of(toc, kCatalogExtension, "EXTENSION");
    BackupRelations relations;
    relations.tables = list_data_relations(keeper, table_oids, extension_oids);
    drop_excluded_configuration(keeper, filters, {table_oids.begin(), table_oids.end()},
                                relations.tables);
    std::set<std::uint32_t> const without_data = match(keeper, filters.excluded_table_data);
    for (DataRelation &table : relations.tables) {
        table.has_data = table.has_data && !without_data.contains(table.relation.oid);
    }
    relations.sequences = list_sequences(keeper, oids_of(toc, kCatalogRelation, "SEQUENCE"));
    for (RelationName &sequence : list_extension_sequences(keeper, extension_oids)) {
        relations.sequences.push_back(std::move(sequence));
    }
    relations.extensions = list_extensions(keeper, extension_oids);
    // As pg_dump: large objects belong to the whole database, not to a selection.
    if (filters.schemas.empty() && filters.tables.empty()) {
        relations.large_objects = list_large_objects(keeper);
    }
    return relations;
}

} // namespace pgkeep
