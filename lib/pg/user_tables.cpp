#include "pg/backup_catalog.hpp"

namespace pgkeep {

std::vector<RelationName> list_user_tables(Connection &connection) {
    // Members of extensions belong to the extension. A table without the right to read it cannot be
    // locked; if the backup needs it, pg_dump says so.
    auto const result = connection.query(
        "SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'"
        " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
        " AND pg_catalog.has_table_privilege(c.oid, 'SELECT')"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
        "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid"
        "  AND d.objsubid = 0 AND d.deptype = 'e')"
        " ORDER BY c.oid");
    std::vector<RelationName> tables;
    for (int row = 0; row < result.rows(); ++row) {
        tables.push_back({static_cast<std::uint32_t>(result.unsigned_integer(row, 0)),
                          result.str(row, 1), result.str(row, 2)});
    }
    return tables;
}

std::vector<std::uint32_t> list_configured_extensions(Connection &connection) {
    auto const result = connection.query(
        "SELECT oid FROM pg_catalog.pg_extension WHERE extconfig IS NOT NULL ORDER BY oid");
    std::vector<std::uint32_t> oids;
    for (int row = 0; row < result.rows(); ++row) {
        oids.push_back(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
    return oids;
}

} // namespace pgkeep
