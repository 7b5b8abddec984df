#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/snapshot.hpp"

#include <map>
#include <utility>

namespace pgkeep {

namespace {

// What a value is written with: a number that stays, the name of the type for the message, and the
// text that may have changed.
constexpr std::string_view kTypeStateQuery = R"(
SELECT 'e' || e.oid, t.typname, e.enumlabel
  FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid
UNION ALL
SELECT 'c' || c.oid, c.relname,
       (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attnum, a.atttypid, a.attisdropped), ',' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)
  FROM pg_catalog.pg_class c WHERE c.relkind = 'c')";

struct TypePart {
    std::string type;
    std::string text;
};

std::map<std::string, TypePart> read_parts(Connection &connection) {
    auto const result = connection.query(std::string{kTypeStateQuery});
    std::map<std::string, TypePart> parts;
    for (int row = 0; row < result.rows(); ++row) {
        parts[result.str(row, 0)] = {result.str(row, 1), result.str(row, 2)};
    }
    return parts;
}

} // namespace

void require_types_unmoved(Connection &keeper, Connection &observer) {
    auto const then = read_parts(keeper);
    auto const now = read_parts(observer);
    for (auto const &[number, part] : then) {
        // A type that is gone was used by no table that is locked.
        auto const found = now.find(number);
        if (found != now.end() && found->second.text != part.text) {
            throw Error{
                ErrorKind::schema_moved,
                "type " + printable(part.type) + " was changed since the snapshot was taken",
                "The schema is being changed while it is read; run it again when that is done."};
        }
    }
}

} // namespace pgkeep
