#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/snapshot.hpp"
#include "pg/text_array.hpp"

#include <map>

namespace pgkeep {

namespace {

// All that decides which rows are read and how their lines look. TRUNCATE and rewrites give a new
// filenode, and rows that the snapshot should see are then gone without an error. The hash is of 64
// bits: it is compared with one of the same table only, and nobody makes two on purpose.
constexpr std::string_view kStateQuery = R"(
SELECT c.oid, c.relfilenode,
  pg_catalog.concat_ws(' ', n.nspname, c.relname, c.relkind, c.relpersistence, c.relispartition, c.relam,
    (SELECT pg_catalog.string_agg(i.inhparent::pg_catalog.text, ',' ORDER BY i.inhseqno)
       FROM pg_catalog.pg_inherits i WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid)),
  (SELECT pg_catalog.hashtextextended(pg_catalog.string_agg(
       pg_catalog.concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attisdropped, a.attgenerated,
                            a.attidentity, a.attcollation), E'\n' ORDER BY a.attnum) COLLATE pg_catalog."C", 0)
     FROM pg_catalog.pg_attribute a
    WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]))";

struct RelationState {
    std::string filenode;
    std::string place;
    std::string columns;
};

std::map<std::uint32_t, RelationState> read_states(Connection &connection,
                                                   std::string const &oids) {
    auto const result = connection.query(std::string{kStateQuery}, {oids});
    std::map<std::uint32_t, RelationState> states;
    for (int row = 0; row < result.rows(); ++row) {
        states[static_cast<std::uint32_t>(result.unsigned_integer(row, 0))] = {
            result.str(row, 1), result.str(row, 2), result.str(row, 3)};
    }
    return states;
}

std::string difference(RelationState const &then, RelationState const &now) {
    if (then.place != now.place) {
        return "was renamed, moved or attached to another table";
    }
    if (then.columns != now.columns) {
        return "has other columns";
    }
    return then.filenode != now.filenode ? "was truncated or rewritten" : "";
}

} // namespace

void require_unmoved(Connection &keeper, Connection &observer,
                     std::vector<RelationName> const &relations) {
    std::vector<std::uint32_t> oids;
    oids.reserve(relations.size());
    for (auto const &relation : relations) {
        oids.push_back(relation.oid);
    }
    auto const array = format_oid_array(oids);
    auto const then = read_states(keeper, array);
    auto const now = read_states(observer, array);
    for (auto const &relation : relations) {
        auto const before = then.find(relation.oid);
        auto const after = now.find(relation.oid);
        auto const what = before == then.end() || after == now.end()
                              ? "is gone"
                              : difference(before->second, after->second);
        if (!what.empty()) {
            throw Error{
                ErrorKind::schema_moved,
                "table " + printable_name(relation.schema, relation.name) + ' ' + what +
                    " since the snapshot was taken",
                "The schema is being changed while it is read; run it again when that is done."};
        }
    }
}

} // namespace pgkeep
