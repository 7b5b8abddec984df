#include "pg/restore_catalog.hpp"

#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/extension_condition.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

std::set<std::string> first_column(Connection &connection, std::string const &sql) {
    Result const result = connection.query(sql);
    std::set<std::string> values;
    for (int row = 0; row < result.rows(); ++row) {
        values.insert(result.str(row, 0));
    }
    return values;
}

RelationName relation_at(Result const &result, int row, int column) {
    return {static_cast<std::uint32_t>(result.unsigned_integer(row, column)),
            result.str(row, column + 1), result.str(row, column + 2)};
}

// Relations of users; temporary ones belong to sessions and not to the database.
constexpr char const *kUserRelation = " n.nspname NOT IN ('pg_catalog', 'information_schema', "
                                      "'pg_toast') AND c.relpersistence <> 't' ";

} // namespace

std::vector<std::string> missing_roles(Connection &connection,
                                       std::vector<std::string> const &roles) {
    auto const present = first_column(connection, "SELECT rolname FROM pg_catalog.pg_roles");
    std::vector<std::string> missing;
    for (auto const &role : roles) {
        if (!present.contains(role)) {
            missing.push_back("role \"" + printable(role) +
                              "\" does not exist: create it, or restore with --no-owner "
                              "and --no-privileges");
        }
    }
    return missing;
}

std::vector<std::string> missing_extensions(Connection &connection,
                                            std::vector<Extension> const &extensions) {
    auto const available =
        first_column(connection, "SELECT name FROM pg_catalog.pg_available_extensions");
    std::vector<std::string> missing;
    for (auto const &extension : extensions) {
        if (!available.contains(extension.name)) {
            std::string const version =
                extension.version.empty()
                    ? std::string{}
                    : " (version " + printable(extension.version) + " in the archive)";
            missing.push_back("extension \"" + printable(extension.name) + "\"" + version +
                              " is not available: install its package on the server");
        }
    }
    return missing;
}

std::vector<std::string> missing_tablespaces(Connection &connection,
                                             std::vector<std::string> const &tablespaces) {
    auto const present = first_column(connection, "SELECT spcname FROM pg_catalog.pg_tablespace");
    std::vector<std::string> missing;
    for (auto const &tablespace : tablespaces) {
        if (!present.contains(tablespace)) {
            missing.push_back("tablespace \"" + printable(tablespace) +
                              "\" does not exist: create it, or restore with --no-tablespaces");
        }
    }
    return missing;
}

std::string current_role(Connection &connection) {
    return connection.query_row("SELECT current_user").str(0, 0);
}

bool may_create_databases(Connection &connection) {
    return connection
        .query_row(
            "SELECT rolsuper OR rolcreatedb FROM pg_catalog.pg_roles WHERE rolname = current_user")
        .boolean(0, 0);
}

std::vector<StoredTable> list_stored_tables(Connection &connection) {
    Result const result = connection.query(
        std::string{"SELECT c.oid, n.nspname, c.relname,"
                    " pg_catalog.pg_relation_size(c.oid) / "
                    "pg_catalog.current_setting('block_size')::bigint,"
                    " pg_catalog.pg_table_size(c.oid),"
                    " coalesce(a.amname = 'heap', false) AND c.relkind = 'r', c.relkind = 'p',"} +
        kExtensionCondition +
        std::string{
            " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam"
            " WHERE c.relkind IN ('r', 'p') AND"} +
        kUserRelation);
    bool const tid_ranges = connection.server_version() >= 140000;
    std::vector<StoredTable> tables;
    for (int row = 0; row < result.rows(); ++row) {
        tables.push_back({relation_at(result, row, 0), result.unsigned_integer(row, 3),
                          result.unsigned_integer(row, 4), tid_ranges && result.boolean(row, 5),
                          result.boolean(row, 6), result.str(row, 7)});
    }
    return tables;
}

std::vector<ForeignKey> list_foreign_keys(Connection &connection) {
    Result const result =
        connection.query("SELECT c.oid, cn.nspname, c.relname, f.oid, fn.nspname, f.relname"
                         " FROM pg_catalog.pg_constraint k"
                         " JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN "
                         "pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace"
                         " JOIN pg_catalog.pg_class f ON f.oid = k.confrelid JOIN "
                         "pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace"
                         " WHERE k.contype = 'f'");
    std::vector<ForeignKey> keys;
    for (int row = 0; row < result.rows(); ++row) {
        keys.push_back({relation_at(result, row, 0), relation_at(result, row, 3)});
    }
    return keys;
}

std::vector<std::uint32_t> list_restored_large_objects(Connection &connection) {
    Result const result =
        connection.query("SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid");
    std::vector<std::uint32_t> oids;
    oids.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        oids.push_back(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
    return oids;
}

std::vector<RelationName> list_analyzable(Connection &connection) {
    Result const result = connection.query(
        std::string{
            "WITH RECURSIVE over_foreign AS ("
            "  SELECT i.inhparent AS oid FROM pg_catalog.pg_inherits i"
            "  JOIN pg_catalog.pg_class f ON f.oid = i.inhrelid WHERE f.relkind = 'f'"
            "  UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i"
            "  JOIN over_foreign o ON o.oid = i.inhrelid)"
            " SELECT c.oid, n.nspname, c.relname"
            " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'm') AND c.oid NOT IN (SELECT oid FROM over_foreign)"
            " AND (NOT c.relispartition OR EXISTS (SELECT FROM pg_catalog.pg_inherits i"
            "   JOIN over_foreign o ON o.oid = i.inhparent WHERE i.inhrelid = c.oid)) AND"} +
        kUserRelation +
        " ORDER BY CASE c.relkind WHEN 'p' THEN (SELECT sum(pg_catalog.pg_relation_size(t.relid))"
        "   FROM pg_catalog.pg_partition_tree(c.oid) t)"
        " ELSE pg_catalog.pg_relation_size(c.oid) END DESC NULLS LAST, c.oid");
    std::vector<RelationName> relations;
    for (int row = 0; row < result.rows(); ++row) {
        relations.push_back(relation_at(result, row, 0));
    }
    return relations;
}

std::vector<std::string> find_invalid_objects(Connection &connection) {
    Result const result = connection.query(
        "SELECT n.nspname, c.relname"
        " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'i' AND NOT (i.indisvalid AND i.indisready AND i.indislive) ORDER BY "
        "1, 2");
    std::vector<std::string> invalid;
    for (int row = 0; row < result.rows(); ++row) {
        invalid.push_back("index " + printable_name(result.str(row, 0), result.str(row, 1)) +
                          " is invalid");
    }
    return invalid;
}

} // namespace pgkeep
