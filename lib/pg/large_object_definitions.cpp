#include "model/large_object_definition.hpp"
#include "pg/large_objects.hpp"
#include "pg/text_array.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

namespace {

// Large objects are pg_largeobject to catalogs of remarks, whatever holds their owners.
constexpr char const *kOwners = R"(
SELECT o.oid, r.rolname FROM pg_catalog.pg_largeobject_metadata o
  JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) o.lomowner
 WHERE o.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) ORDER BY o.oid)";

// What differs from the rights that an object is created with, as pg_dump tells it: first what to
// take away, then what to grant in the order in which it was, the owner's own rights first, since
// others may come from them.
constexpr char const *kPrivileges = R"(
WITH object AS (
  SELECT oid, lomowner, lomacl, pg_catalog.acldefault('L', lomowner) AS usual
    FROM pg_catalog.pg_largeobject_metadata
   WHERE oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND lomacl IS NOT NULL),
item AS (
  SELECT o.oid, o.lomowner, false AS granted, i.item, i.place
    FROM object o, pg_catalog.unnest(o.usual) WITH ORDINALITY AS i (item, place)
   WHERE NOT i.item OPERATOR(pg_catalog.=) ANY (o.lomacl)
  UNION ALL
  SELECT o.oid, o.lomowner, true, i.item, i.place
    FROM object o, pg_catalog.unnest(o.lomacl) WITH ORDINALITY AS i (item, place)
   WHERE NOT i.item OPERATOR(pg_catalog.=) ANY (o.usual))
SELECT i.oid, i.granted, CASE WHEN e.grantor OPERATOR(pg_catalog.<>) i.lomowner THEN o.rolname END,
       t.rolname,
       pg_catalog.string_agg(e.privilege_type, ', ' ORDER BY e.privilege_type)
         FILTER (WHERE NOT e.is_grantable),
       pg_catalog.string_agg(e.privilege_type, ', ' ORDER BY e.privilege_type)
         FILTER (WHERE e.is_grantable)
  FROM item i CROSS JOIN LATERAL pg_catalog.aclexplode(ARRAY[i.item]) e
  LEFT JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) e.grantor
  LEFT JOIN pg_catalog.pg_roles t ON t.oid OPERATOR(pg_catalog.=) e.grantee
 WHERE e.grantee OPERATOR(pg_catalog.=) 0 OR t.oid IS NOT NULL
 GROUP BY i.oid, i.granted, i.place, i.lomowner, e.grantor, e.grantee, o.rolname, t.rolname
 ORDER BY i.oid, i.granted,
       (e.grantor OPERATOR(pg_catalog.<>) i.lomowner
        OR e.grantee OPERATOR(pg_catalog.<>) i.lomowner), i.place)";

constexpr char const *kComments = R"(
SELECT objoid, description FROM pg_catalog.pg_description
 WHERE classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_largeobject'::pg_catalog.regclass
   AND objoid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) ORDER BY objoid)";

constexpr char const *kLabels = R"(
SELECT objoid, provider, label FROM pg_catalog.pg_seclabel
 WHERE classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_largeobject'::pg_catalog.regclass
   AND objoid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) ORDER BY objoid, provider)";

class Definitions {
public:
    Definitions(Connection &connection, std::span<std::uint32_t const> oids)
        : connection_(connection), oids_(format_oid_array({oids.begin(), oids.end()})) {
        for (std::uint32_t const oid : oids) {
            statements_.push_back(create_large_object(oid));
        }
    }

    std::vector<std::string> read() {
        each(kOwners, [&](std::uint32_t oid, Result const &result, int row) {
            statements_.push_back(own_large_object(oid, result.text(row, 1)));
        });
        each(kPrivileges, [&](std::uint32_t oid, Result const &result, int row) {
            add_privileges(oid, result, row);
        });
        each(kComments, [&](std::uint32_t oid, Result const &result, int row) {
            statements_.push_back(comment_large_object(oid, result.text(row, 1)));
        });
        each(kLabels, [&](std::uint32_t oid, Result const &result, int row) {
            statements_.push_back(
                label_large_object(oid, result.text(row, 1), result.text(row, 2)));
        });
        return std::move(statements_);
    }

private:
    template <typename Add>
    void each(char const *sql, Add const &add) {
        auto const result = connection_.query(sql, {oids_});
        for (int row = 0; row < result.rows(); ++row) {
            add(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)), result, row);
        }
    }

    void add_privileges(std::uint32_t oid, Result const &result, int row) {
        auto const grantee = result.optional(row, 3);
        if (!result.boolean(row, 1)) {
            statements_.push_back(revoke_large_object(oid, grantee));
            return;
        }
        auto const grantor = result.optional(row, 2);
        if (grantor) {
            statements_.push_back(grant_as(*grantor));
        }
        for (auto const &[column, grant_option] : {std::pair{4, false}, std::pair{5, true}}) {
            if (!result.is_null(row, column)) {
                statements_.push_back(
                    grant_large_object(oid, result.text(row, column), grantee, grant_option));
            }
        }
        if (grantor) {
            statements_.emplace_back(kGrantAsOneself);
        }
    }

    Connection &connection_;
    std::string oids_;
    std::vector<std::string> statements_;
};

} // namespace

std::vector<std::string> define_large_objects(Connection &connection,
                                              std::span<std::uint32_t const> oids) {
    return Definitions{connection, oids}.read();
}

} // namespace pgkeep
