#include "pg/backup_catalog.hpp"

namespace pgkeep {

namespace {

std::vector<std::uint32_t> query_oids(Connection &connection, std::string const &sql) {
    auto const result = connection.query(sql);
    std::vector<std::uint32_t> oids;
    for (int row = 0; row < result.rows(); ++row) {
        oids.push_back(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
    return oids;
}

} // namespace

std::vector<UserTable> list_user_tables(Connection &connection) {
    // Members of extensions belong to the extension. A table without the right to read it cannot be
    // locked; if the backup needs it, pg_dump says so.
    auto const result = connection.query(
        "SELECT c.oid, n.nspname, c.relname, c.relkind = 'f' FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'"
        " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
        " AND (c.relkind = 'f' OR pg_catalog.has_table_privilege(c.oid, 'SELECT'))"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
        "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid"
        "  AND d.objsubid = 0 AND d.deptype = 'e')"
        " ORDER BY c.oid");
    std::vector<UserTable> tables;
    for (int row = 0; row < result.rows(); ++row) {
        tables.push_back({{static_cast<std::uint32_t>(result.unsigned_integer(row, 0)),
                           result.str(row, 1), result.str(row, 2)},
                          result.boolean(row, 3)});
    }
    return tables;
}

std::vector<std::uint32_t> list_configured_extensions(Connection &connection) {
    return query_oids(
        connection,
        "SELECT oid FROM pg_catalog.pg_extension WHERE extconfig IS NOT NULL ORDER BY oid");
}

std::vector<std::uint32_t> list_user_extensions(Connection &connection) {
    // The first oid that initdb does not give (FirstNormalObjectId of access/transam.h).
    return query_oids(connection,
                      "SELECT oid FROM pg_catalog.pg_extension WHERE oid >= 16384 ORDER BY oid");
}

} // namespace pgkeep
