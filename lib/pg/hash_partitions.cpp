#include "pg/hash_partitions.hpp"

#include "pg/text_array.hpp"

namespace pgkeep {
namespace {

constexpr int kMultiranges = 140000; // the first server that has them

// pg_dump asks for the operator class of enums only. Those of types that are made of others hash
// the enum values in them just so.
std::string unsafe_tables(int server_version) {
    std::string const multirange =
        server_version < kMultiranges ? "" : " OR r.rngmultitypid = t.oid";
    return "WITH RECURSIVE key AS ("
           "  SELECT p.partrelid, o.opcname, 0 = ANY (p.partattrs) AS has_expression"
           "   FROM pg_catalog.pg_partitioned_table p"
           "   JOIN pg_catalog.pg_opclass o ON o.oid = ANY (p.partclass)"
           "   JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod"
           "   WHERE p.partstrat = 'h' AND m.amname = 'hash'"
           "   AND o.opcnamespace = 'pg_catalog'::pg_catalog.regnamespace"
           "   AND o.opcname IN"
           "    ('enum_ops', 'record_ops', 'array_ops', 'range_ops', 'multirange_ops')),"
           " part(root, type) AS ("
           "  SELECT p.partrelid, a.atttypid FROM pg_catalog.pg_partitioned_table p"
           "   JOIN pg_catalog.pg_attribute a"
           "   ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs)"
           "   WHERE p.partrelid IN (SELECT partrelid FROM key WHERE opcname <> 'enum_ops')"
           "  UNION"
           "  SELECT part.root, within.type FROM part"
           "   JOIN pg_catalog.pg_type t ON t.oid = part.type,"
           "   LATERAL (SELECT t.typelem UNION ALL SELECT t.typbasetype"
           "    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r"
           "     WHERE r.rngtypid = t.oid" +
           multirange +
           "    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a"
           "     WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped"
           "   ) AS within(type) WHERE within.type <> 0)"
           " SELECT partrelid FROM key WHERE opcname = 'enum_ops' OR has_expression"
           " UNION SELECT part.root FROM part JOIN pg_catalog.pg_type t ON t.oid = part.type"
           "  WHERE t.typtype = 'e'";
}

// From the catalog's tables and not by pg_partition_tree(), which waits for locks and does not see
// what the snapshot sees.
constexpr char const *kTrees =
    "WITH RECURSIVE up(oid) AS ("
    "  SELECT u.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)"
    "  UNION SELECT i.inhparent FROM up JOIN pg_catalog.pg_class c ON c.oid = up.oid"
    "   JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.oid WHERE c.relispartition),"
    " tree(oid, parent, level) AS ("
    "  SELECT up.oid, 0::pg_catalog.oid, 0 FROM up JOIN pg_catalog.pg_class c ON c.oid = up.oid"
    "   WHERE NOT c.relispartition AND c.relpersistence <> 't'"
    "  UNION ALL SELECT i.inhrelid, i.inhparent, tree.level + 1"
    "   FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid)"
    " SELECT c.oid, n.nspname, c.relname, c.relkind, tree.parent,"
    " c.oid = ANY ($1::pg_catalog.oid[]),"
    " ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a"
    "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
    "  ORDER BY a.attnum)"
    " FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " ORDER BY tree.level, c.oid";

} // namespace

std::vector<PartitionNode> list_unsafe_partition_trees(Connection &connection) {
    Result const tables = connection.query(unsafe_tables(connection.server_version()));
    std::vector<std::uint32_t> oids;
    for (int row = 0; row < tables.rows(); ++row) {
        oids.push_back(static_cast<std::uint32_t>(tables.unsigned_integer(row, 0)));
    }
    std::vector<PartitionNode> nodes;
    if (oids.empty()) {
        return nodes;
    }
    Result const result = connection.query(kTrees, {format_oid_array(oids)});
    for (int row = 0; row < result.rows(); ++row) {
        nodes.push_back({{static_cast<std::uint32_t>(result.unsigned_integer(row, 0)),
                          result.str(row, 1), result.str(row, 2)},
                         result.text(row, 3).front(),
                         static_cast<std::uint32_t>(result.unsigned_integer(row, 4)),
                         result.boolean(row, 5),
                         result.text_array(row, 6)});
    }
    return nodes;
}

} // namespace pgkeep
