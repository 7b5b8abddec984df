#include "pg/live_tables.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"

#include <set>
#include <utility>

namespace pgkeep {

void use_encoding(Connection &connection, std::string const &encoding) {
    // The numbers of those that only clients use (SJIS, GBK …) come behind all others.
    auto const result =
        connection.query("SELECT pg_catalog.set_config('client_encoding', $1, false)"
                         " WHERE pg_catalog.pg_char_to_encoding($1::pg_catalog.name)"
                         " BETWEEN 0 AND 34",
                         {encoding});
    if (result.rows() == 0) {
        throw Error{ErrorKind::damaged,
                    "\"" + printable(encoding) +
                        "\", the encoding of the archive, is none that a database can have",
                    "Verify the archive."};
    }
}

void limit_lock_wait(Connection &connection, std::chrono::milliseconds timeout) {
    connection.execute("SET lock_timeout = " + std::to_string(timeout.count()));
}

std::vector<LiveTable> list_live_tables(Connection &connection) {
    auto const result = connection.query(
        "SELECT c.oid, EXISTS (SELECT FROM pg_catalog.pg_depend d"
        "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid"
        "  AND d.objsubid = 0 AND d.deptype = 'e')"
        " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND c.relpersistence <> 't'"
        " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY c.oid");
    std::vector<std::uint32_t> oids;
    std::set<std::uint32_t> of_users;
    for (int row = 0; row < result.rows(); ++row) {
        oids.push_back(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
        if (!result.boolean(row, 1)) {
            of_users.insert(oids.back());
        }
    }
    std::vector<LiveTable> tables;
    for (auto &data :
         list_data_relations(connection, oids, list_configured_extensions(connection))) {
        bool const of_extension = !of_users.contains(data.relation.oid);
        tables.push_back({std::move(data), of_extension});
    }
    return tables;
}

} // namespace pgkeep
