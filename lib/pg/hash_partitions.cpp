#include "pg/backup_catalog.hpp"
#include "pg/text_array.hpp"

namespace pgkeep {

// A member of a hash operator family whose hash is that of the value's oid, which is another one on
// every server.
std::vector<std::uint32_t> list_partitions_hashed_by_enum(Connection &connection,
                                                          std::vector<std::uint32_t> const &oids) {
    auto const result = connection.query(
        "SELECT c.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS c(oid)"
        " WHERE EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) a"
        "  JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = a.relid"
        "  WHERE (SELECT o.oid FROM pg_catalog.pg_opclass o"
        "   JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod"
        "   WHERE o.opcname = 'enum_ops' AND m.amname = 'hash'"
        "   AND o.opcnamespace = 'pg_catalog'::pg_catalog.regnamespace) = ANY (p.partclass))"
        " ORDER BY c.oid",
        {format_oid_array(oids)});
    std::vector<std::uint32_t> partitions;
    for (int row = 0; row < result.rows(); ++row) {
        partitions.push_back(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
    return partitions;
}

} // namespace pgkeep
