// The part of pg/existing_objects.hpp that concerns removing the rows of tables.

#include "model/sql_text.hpp"
#include "pg/existing_objects.hpp"
#include "pg/text_array.hpp"

namespace pgkeep {
namespace {

// Partitioned tables (of $1's tables, all the way up) of which no leaf is outside $1, topmost ones
// first; a foreign table as a leaf is outside.
constexpr char const *kWholeParents =
    "SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'p' AND EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid)"
    "  WHERE isleaf AND relid = ANY ($1::pg_catalog.oid[]))"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) t"
    "  JOIN pg_catalog.pg_class l ON l.oid = t.relid"
    "  WHERE l.relkind <> 'p' AND t.relid <> ALL ($1::pg_catalog.oid[]))";

void add_name(std::string &truncate, std::string const &table) {
    truncate += (truncate.empty() ? "TRUNCATE " : ", ") + table;
}

} // namespace

EmptyingPlan plan_emptying(Connection &connection, std::vector<SchemaAndName> const &tables) {
    EmptyingPlan plan;
    std::set<std::uint32_t> chosen;
    for (auto const &[name, relation] :
         with_partitions(connection, find_relations(connection, tables))) {
        if (relation.kind != 'r') {
            continue;
        }
        if (relation.of_extension) {
            plan.configuration_tables.push_back(relation.oid);
            continue;
        }
        chosen.insert(relation.oid);
        add_name(plan.truncate, "ONLY " + quote_qualified(name.first, name.second));
    }
    Result const parents =
        connection.query(kWholeParents, {format_oid_array({chosen.begin(), chosen.end()})});
    for (int row = 0; row < parents.rows(); ++row) {
        chosen.insert(static_cast<std::uint32_t>(parents.unsigned_integer(row, 0)));
        add_name(plan.truncate, quote_qualified(parents.str(row, 1), parents.str(row, 2)));
    }
    for (auto &key : list_foreign_keys(connection)) {
        if (chosen.contains(key.referenced.oid) && !chosen.contains(key.referencing.oid)) {
            plan.foreign_keys_from_others.push_back(std::move(key));
        }
    }
    return plan;
}

} // namespace pgkeep
