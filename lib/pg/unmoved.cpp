#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/snapshot.hpp"
#include "pg/text_array.hpp"

#include <utility>

namespace pgkeep {

namespace {

// All that decides which rows are read and how their lines look. TRUNCATE and rewrites give a new
// filenode, and rows that the snapshot should see are then gone without an error. The hash is of 64
// bits: it is compared with one of the same table only, and nobody makes two on purpose.
constexpr std::string_view kRelationStateQuery = R"(
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

} // namespace

SnapshotState::SnapshotState(Connection &keeper, std::vector<RelationName> relations)
    : relations_(std::move(relations)), then_(read(keeper)) {
}

SnapshotState::States SnapshotState::read(Connection &connection) const {
    std::vector<std::uint32_t> oids;
    oids.reserve(relations_.size());
    for (auto const &relation : relations_) {
        oids.push_back(relation.oid);
    }
    auto const result =
        connection.query(std::string{kRelationStateQuery}, {format_oid_array(oids)});
    States states;
    for (int row = 0; row < result.rows(); ++row) {
        states[static_cast<std::uint32_t>(result.unsigned_integer(row, 0))] = {
            result.str(row, 1), result.str(row, 2), result.str(row, 3)};
    }
    return states;
}

std::string SnapshotState::difference(State const &then, State const &now) {
    if (then.place != now.place) {
        return "was renamed, moved or attached to another table";
    }
    if (then.columns != now.columns) {
        return "has other columns";
    }
    return then.filenode != now.filenode ? "was truncated or rewritten" : "";
}

void SnapshotState::require_unmoved(Connection &observer) const {
    auto const now = read(observer);
    for (auto const &relation : relations_) {
        auto const before = then_.find(relation.oid);
        auto const after = now.find(relation.oid);
        auto const what = before == then_.end() || after == now.end()
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
