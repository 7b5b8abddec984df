#include "pg/clean_database.hpp"

#include "model/sql_text.hpp"
#include "pg/clean_privileges.hpp"
#include "pg/text_array.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kRemovalBatch = 200; // statements in one round trip

// Schemas, with `stays`: `public`, and where a member of a kept extension ($1: their oids) lives.
constexpr char const *kSchemas =
    "WITH member AS MATERIALIZED (SELECT i.schema, d.classid, d.objid FROM pg_catalog.pg_depend d,"
    "  pg_catalog.pg_identify_object(d.classid, d.objid, 0) i"
    "  WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass"
    "  AND d.refobjid = ANY ($1::pg_catalog.oid[]))"
    " SELECT n.oid, n.nspname, n.nspname = 'public'"
    "  OR EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extnamespace = n.oid"
    "    AND e.oid = ANY ($1::pg_catalog.oid[]))"
    "  OR EXISTS (SELECT FROM member m WHERE m.schema = pg_catalog.quote_ident(n.nspname)"
    "    OR m.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND m.objid = n.oid),"
    " r.rolname, pg_catalog.pg_has_role(n.nspowner, 'USAGE')"
    " FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner"
    " WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY n.oid";

// Everything that is dropped by its own statement: in schemas that stay ($1: their oids), and in no
// schema. `i` (part of another object) and `e` (of an extension) go or stay with that.
constexpr char const *kObjects =
    "WITH object AS ("
    " SELECT 3 AS rank, 'pg_catalog.pg_class'::pg_catalog.regclass AS classid, oid AS objid,"
    "  relnamespace AS nsp FROM pg_catalog.pg_class"
    "  WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
    " UNION ALL SELECT 3, 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, typnamespace"
    "  FROM pg_catalog.pg_type t WHERE typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class c"
    "  WHERE c.oid = t.typrelid AND c.relkind = 'c')"
    " UNION ALL SELECT 3, 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, pronamespace"
    "  FROM pg_catalog.pg_proc"
    " UNION ALL SELECT 3, 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprnamespace"
    "  FROM pg_catalog.pg_operator"
    " UNION ALL SELECT 3, 'pg_catalog.pg_opclass'::pg_catalog.regclass, oid, opcnamespace"
    "  FROM pg_catalog.pg_opclass"
    " UNION ALL SELECT 3, 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid, opfnamespace"
    "  FROM pg_catalog.pg_opfamily"
    " UNION ALL SELECT 3, 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collnamespace"
    "  FROM pg_catalog.pg_collation"
    " UNION ALL SELECT 3, 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid, connamespace"
    "  FROM pg_catalog.pg_conversion"
    " UNION ALL SELECT 3, 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, cfgnamespace"
    "  FROM pg_catalog.pg_ts_config"
    " UNION ALL SELECT 3, 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, dictnamespace"
    "  FROM pg_catalog.pg_ts_dict"
    " UNION ALL SELECT 3, 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, oid, prsnamespace"
    "  FROM pg_catalog.pg_ts_parser"
    " UNION ALL SELECT 3, 'pg_catalog.pg_ts_template'::pg_catalog.regclass, oid, tmplnamespace"
    "  FROM pg_catalog.pg_ts_template"
    " UNION ALL SELECT 3, 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid, stxnamespace"
    "  FROM pg_catalog.pg_statistic_ext"
    // An event trigger would see the other statements.
    " UNION ALL SELECT 0, 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_event_trigger"
    " UNION ALL SELECT 1, 'pg_catalog.pg_publication'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_publication"
    " UNION ALL SELECT 1, 'pg_catalog.pg_cast'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_cast"
    " UNION ALL SELECT 1, 'pg_catalog.pg_transform'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_transform"
    " UNION ALL SELECT 4, 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_foreign_server"
    " UNION ALL SELECT 5, 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_foreign_data_wrapper"
    " UNION ALL SELECT 5, 'pg_catalog.pg_language'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_language"
    " UNION ALL SELECT 5, 'pg_catalog.pg_am'::pg_catalog.regclass, oid, 0"
    "  FROM pg_catalog.pg_am)"
    " SELECT i.type, i.identity, o.rank, coalesce(r.rolname, ''),"
    "  o.classid IN ('pg_catalog.pg_cast'::pg_catalog.regclass,"
    "    'pg_catalog.pg_transform'::pg_catalog.regclass)"
    "  OR pg_catalog.pg_has_role(coalesce(s.refobjid, 10), 'USAGE')"
    "  OR n.oid IS NOT NULL AND pg_catalog.pg_has_role(n.nspowner, 'USAGE')"
    " FROM object o CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.objid, 0) i"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.nsp"
    " LEFT JOIN pg_catalog.pg_shdepend s ON s.classid = o.classid AND s.objid = o.objid"
    "  AND s.objsubid = 0 AND s.deptype = 'o'"
    "  AND s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d"
    "    WHERE d.datname = pg_catalog.current_database())"
    // Without a row it is the role of initdb, which the server does not note down.
    " LEFT JOIN pg_catalog.pg_roles r ON r.oid = coalesce(s.refobjid, 10)"
    " WHERE o.objid >= 16384 AND (o.nsp = 0 OR o.nsp = ANY ($1::pg_catalog.oid[]))"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.classid"
    "  AND d.objid = o.objid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))"
    " ORDER BY o.rank, o.objid";

// The words of DROP for what pg_identify_object() calls a type; where they are the same it has none
// here.
std::string drop_words(std::string const &type) {
    static constexpr auto kWords = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"function", "ROUTINE"},
        {"procedure", "ROUTINE"},
        {"aggregate", "ROUTINE"}, // takes the plain list of arguments, unlike AGGREGATE
        {"statistics object", "STATISTICS"},
        {"foreign-data wrapper", "FOREIGN DATA WRAPPER"},
    });
    for (auto const &[name, words] : kWords) {
        if (name == type) {
            return std::string{words};
        }
    }
    return type;
}

// `for integer on language plperl` of pg_identify_object() is `FOR integer LANGUAGE plperl` to
// DROP.
std::string drop_identity(std::string const &type, std::string identity) {
    constexpr std::string_view kOn = " on language ";
    if (auto const at = identity.rfind(kOn); type == "transform" && at != std::string::npos) {
        identity.replace(at, kOn.size(), " LANGUAGE ");
    }
    return identity;
}

std::string drop_statement(std::string const &type, std::string const &identity) {
    return "DROP " + drop_words(type) + " IF EXISTS " + drop_identity(type, identity) + " CASCADE;";
}

class Planner {
public:
    Planner(Connection &connection, std::set<std::string> const &wanted)
        : connection_(connection), wanted_(wanted) {}

    CleanPlan plan() {
        look_at_extensions();
        look_at_schemas();
        objects(0, 1);
        append(std::move(dropped_schemas_));
        objects(3, 3);
        objects(4, 5);
        append(std::move(dropped_extensions_));
        large_objects();
        append(reset_default_privileges(connection_, staying_));
        append(reset_system_privileges(connection_));
        append(reset_schema_privileges(connection_, staying_, plan_.public_is_fixed));
        return std::move(plan_);
    }

private:
    void add(std::string statement, std::string object, std::string owner = {},
             bool permitted = true) {
        plan_.removals.push_back(
            {std::move(statement), std::move(object), std::move(owner), permitted});
    }

    void append(std::vector<Removal> removals) {
        std::move(removals.begin(), removals.end(), std::back_inserter(plan_.removals));
    }

    // Those of initdb (plpgsql) are in every database and in no archive.
    void look_at_extensions() {
        Result const result = connection_.query(
            "SELECT e.oid, e.extname, e.oid < 16384, r.rolname,"
            " pg_catalog.pg_has_role(e.extowner, 'USAGE') FROM pg_catalog.pg_extension e"
            " JOIN pg_catalog.pg_roles r ON r.oid = e.extowner ORDER BY e.oid");
        for (int row = 0; row < result.rows(); ++row) {
            std::string const name = result.str(row, 1);
            if (result.boolean(row, 2) || wanted_.contains(name)) {
                kept_extensions_.push_back(
                    static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
            }
            if (wanted_.contains(name)) {
                plan_.extensions.push_back(name);
            } else if (!result.boolean(row, 2)) {
                dropped_extensions_.push_back({drop_statement("EXTENSION", quote_identifier(name)),
                                               "extension " + printable(name), result.str(row, 3),
                                               result.boolean(row, 4)});
            }
        }
    }

    void look_at_schemas() {
        Result const result = connection_.query(kSchemas, {format_oid_array(kept_extensions_)});
        for (int row = 0; row < result.rows(); ++row) {
            StayingSchema schema{static_cast<std::uint32_t>(result.unsigned_integer(row, 0)),
                                 result.str(row, 1), result.str(row, 3), result.boolean(row, 4)};
            if (!result.boolean(row, 2)) {
                dropped_schemas_.push_back({drop_statement("SCHEMA", quote_identifier(schema.name)),
                                            "schema " + printable(schema.name), schema.owner,
                                            schema.permitted});
                continue;
            }
            if (schema.name != "public") {
                plan_.schemas.push_back(schema.name);
            }
            staying_.push_back(std::move(schema));
        }
    }

    void objects(std::int64_t first_rank, std::int64_t last_rank) {
        if (!objects_) {
            std::vector<std::uint32_t> oids;
            for (auto const &schema : staying_) {
                oids.push_back(schema.oid);
            }
            objects_.emplace(connection_.query(kObjects, {format_oid_array(oids)}));
        }
        for (int row = 0; row < objects_->rows(); ++row) {
            if (objects_->integer(row, 2) >= first_rank && objects_->integer(row, 2) <= last_rank) {
                std::string const type = objects_->str(row, 0);
                std::string const identity = objects_->str(row, 1);
                add(drop_statement(type, identity), type + " " + printable(identity),
                    objects_->str(row, 3), objects_->boolean(row, 4));
            }
        }
    }

    void large_objects() {
        Result const result = connection_.query(
            "SELECT r.rolname, pg_catalog.pg_has_role(l.lomowner, 'USAGE'), pg_catalog.count(*)"
            " FROM pg_catalog.pg_largeobject_metadata l"
            " JOIN pg_catalog.pg_roles r ON r.oid = l.lomowner GROUP BY l.lomowner, r.rolname");
        for (int row = 0; row < result.rows(); ++row) {
            std::string const owner = result.str(row, 0);
            add("SELECT pg_catalog.count(pg_catalog.lo_unlink(l.oid))"
                " FROM pg_catalog.pg_largeobject_metadata l"
                " JOIN pg_catalog.pg_roles r ON r.oid = l.lomowner WHERE r.rolname = " +
                    quote_literal(owner) + ";",
                result.str(row, 2) + " large objects", owner, result.boolean(row, 1));
        }
    }

    Connection &connection_;
    std::set<std::string> const &wanted_;
    CleanPlan plan_;
    std::vector<std::uint32_t> kept_extensions_;
    std::vector<Removal> dropped_extensions_;
    std::vector<Removal> dropped_schemas_;
    std::vector<StayingSchema> staying_;
    std::optional<Result> objects_;
};

} // namespace

CleanPlan plan_clean(Connection &connection, std::set<std::string> const &wanted_extensions) {
    return Planner{connection, wanted_extensions}.plan();
}

void clean_database(Connection &connection, CleanPlan const &plan) {
    for (std::size_t begin = 0; begin < plan.removals.size(); begin += kRemovalBatch) {
        std::string sql;
        for (std::size_t i = begin; i < std::min(begin + kRemovalBatch, plan.removals.size());
             ++i) {
            sql += plan.removals[i].statement + "\n";
        }
        connection.execute(sql);
    }
}

std::vector<std::string> list_subscriptions(Connection &connection) {
    Result const result =
        connection.query("SELECT s.subname FROM pg_catalog.pg_subscription s"
                         " JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
                         " WHERE d.datname = pg_catalog.current_database() ORDER BY 1");
    std::vector<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.push_back(result.str(row, 0));
    }
    return names;
}

} // namespace pgkeep
