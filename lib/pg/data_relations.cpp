#include "pg/backup_catalog.hpp"
#include "pg/savepoint.hpp"
#include "pg/sqlstate.hpp"
#include "pg/text_array.hpp"

#include <map>

namespace pgkeep {

namespace {

constexpr int kTidRangeScans = 140000; // the first server that has them

// $1: the relations asked for, $2: extensions whose configuration relations are added. Of a table
// that is both, the row of the extension counts: it has the condition. Operators and functions are
// found without their schema's name, since the session's search_path is empty and so pg_catalog
// only.
constexpr std::string_view kWanted = R"(
WITH wanted AS (
  SELECT oid, pg_catalog.max(condition) AS condition
    FROM (SELECT u.oid, '' FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
          UNION ALL
          SELECT u.oid, u.condition
            FROM pg_catalog.pg_extension e,
                 ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition)) AS u(oid, condition)
           WHERE e.oid = ANY ($2::pg_catalog.oid[])) AS both_kinds(oid, condition)
   GROUP BY oid)
)";

constexpr std::string_view kRelations = R"(
SELECT c.oid, n.nspname, c.relname,
       ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
              ORDER BY a.attnum),
       COALESCE(w.condition, ''),
       NOT (c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()),
       pg_catalog.row_security_active(c.oid),
       COALESCE(m.amname = 'heap', false)
  FROM wanted w
  JOIN pg_catalog.pg_class c ON c.oid = w.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
 WHERE c.relkind = 'r' AND c.relpersistence <> 't'
 ORDER BY c.oid)";

constexpr std::string_view kExtensionSequences = R"(
SELECT c.oid, n.nspname, c.relname
  FROM wanted w
  JOIN pg_catalog.pg_class c ON c.oid = w.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND c.relpersistence <> 't'
 ORDER BY c.oid)";

constexpr std::string_view kConfigurationKeys = R"(
SELECT DISTINCT k.conrelid, k.confrelid
  FROM pg_catalog.pg_constraint k
  JOIN wanted a ON a.oid = k.conrelid
  JOIN wanted b ON b.oid = k.confrelid
 WHERE k.contype = 'f'
 ORDER BY 1, 2)";

// Main fork, and that with its TOAST table's, in bytes, as the file system has them. Not
// pg_table_size(), which looks at a dozen files of each table.
constexpr std::string_view kSizes = R"(
SELECT oid, main, main + toast FROM (
  SELECT c.oid, COALESCE(pg_catalog.pg_relation_size(c.oid, 'main'), 0),
         CASE WHEN c.reltoastrelid = 0 THEN 0
              ELSE COALESCE(pg_catalog.pg_relation_size(c.reltoastrelid, 'main'), 0) END
    FROM pg_catalog.pg_class c
   WHERE c.oid = ANY ($1::pg_catalog.oid[])) AS sizes(oid, main, toast))";

// The same as VACUUM or ANALYZE last saw it, which needs no lock.
constexpr std::string_view kEstimates = R"(
SELECT c.oid, greatest(c.relpages, 0)::pg_catalog.int8 * s.size,
       (greatest(c.relpages, 0) + greatest(COALESCE(t.relpages, 0), 0))::pg_catalog.int8 * s.size
  FROM pg_catalog.pg_class c
  LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid,
  (SELECT pg_catalog.current_setting('block_size')::pg_catalog.int8) AS s(size)
 WHERE c.oid = ANY ($1::pg_catalog.oid[]))";

// Long enough for a lock that is held for a moment, short enough that nobody notices.
constexpr std::string_view kSizeLockTimeout = "1s";

Result read_sizes(Connection &connection, std::string const &oids) {
    if (!connection.in_transaction()) {
        return connection.query(std::string{kSizes}, {oids});
    }
    try {
        std::optional<Result> sizes;
        with_savepoint(connection, [&] {
            connection.execute("SET LOCAL lock_timeout = '" + std::string{kSizeLockTimeout} + "'");
            sizes = connection.query(std::string{kSizes}, {oids});
            connection.execute("SET LOCAL lock_timeout = 0");
        });
        return std::move(*sizes);
    } catch (PgError const &error) {
        if (error.sqlstate() != sqlstate::kLockNotAvailable) {
            throw;
        }
        return connection.query(std::string{kEstimates}, {oids});
    }
}

void add_sizes(Connection &connection, std::vector<DataRelation> &relations) {
    std::vector<std::uint32_t> oids;
    oids.reserve(relations.size());
    for (auto const &relation : relations) {
        oids.push_back(relation.relation.oid);
    }
    auto const block = connection.query_row("SELECT pg_catalog.current_setting('block_size')")
                           .unsigned_integer(0, 0);
    auto const result = read_sizes(connection, format_oid_array(oids));
    std::map<std::uint64_t, int> row_of;
    for (int row = 0; row < result.rows(); ++row) {
        row_of[result.unsigned_integer(row, 0)] = row;
    }
    for (auto &relation : relations) {
        if (auto const row = row_of.find(relation.relation.oid); row != row_of.end()) {
            relation.pages = result.unsigned_integer(row->second, 1) / block;
            relation.bytes = result.unsigned_integer(row->second, 2);
        }
    }
}

RelationName read_name(Result const &result, int row) {
    return {static_cast<std::uint32_t>(result.unsigned_integer(row, 0)), result.str(row, 1),
            result.str(row, 2)};
}

} // namespace

std::vector<DataRelation> list_data_relations(Connection &connection,
                                              std::vector<std::uint32_t> const &oids,
                                              std::vector<std::uint32_t> const &extension_oids) {
    auto const result =
        connection.query(std::string{kWanted} + std::string{kRelations},
                         {format_oid_array(oids), format_oid_array(extension_oids)});
    std::vector<DataRelation> relations;
    for (int row = 0; row < result.rows(); ++row) {
        DataRelation relation;
        relation.relation = read_name(result, row);
        relation.columns = result.text_array(row, 3);
        relation.condition = result.str(row, 4);
        relation.has_data = result.boolean(row, 5);
        relation.row_security = result.boolean(row, 6);
        relation.can_split = result.boolean(row, 7) && relation.condition.empty() &&
                             connection.server_version() >= kTidRangeScans;
        relations.push_back(std::move(relation));
    }
    add_sizes(connection, relations);
    return relations;
}

std::vector<RelationName>
list_extension_sequences(Connection &connection, std::vector<std::uint32_t> const &extension_oids) {
    auto const result = connection.query(std::string{kWanted} + std::string{kExtensionSequences},
                                         {"{}", format_oid_array(extension_oids)});
    std::vector<RelationName> sequences;
    for (int row = 0; row < result.rows(); ++row) {
        sequences.push_back(read_name(result, row));
    }
    return sequences;
}

std::vector<ConfigurationKey>
list_configuration_keys(Connection &connection, std::vector<std::uint32_t> const &extension_oids) {
    auto const result = connection.query(std::string{kWanted} + std::string{kConfigurationKeys},
                                         {"{}", format_oid_array(extension_oids)});
    std::vector<ConfigurationKey> keys;
    for (int row = 0; row < result.rows(); ++row) {
        keys.push_back({static_cast<std::uint32_t>(result.unsigned_integer(row, 0)),
                        static_cast<std::uint32_t>(result.unsigned_integer(row, 1))});
    }
    return keys;
}

} // namespace pgkeep
