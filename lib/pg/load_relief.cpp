// The part of pg/existing_objects.hpp that concerns what disturbs loading rows.

#include "model/sql_text.hpp"
#include "pg/existing_objects.hpp"
#include "pg/text_array.hpp"

namespace pgkeep {
namespace {

constexpr char const *kTriggers =
    "SELECT n.nspname, c.relname, t.tgname, t.tgenabled FROM pg_catalog.pg_trigger t"
    " JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.oid = ANY ($1::pg_catalog.oid[])"
    " AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') ORDER BY c.oid, t.oid";

// A constraint of a partitioned table cannot be altered at its partitions, and those of other
// tables are not in the way.
constexpr char const *kCircles =
    "WITH RECURSIVE key AS (SELECT * FROM pg_catalog.pg_constraint WHERE contype = 'f'"
    "  AND conrelid = ANY ($1::pg_catalog.oid[]) AND confrelid = ANY ($1::pg_catalog.oid[])"
    "  AND conrelid <> confrelid),"
    " reach(a, b) AS (SELECT conrelid, confrelid FROM key"
    "  UNION SELECT r.a, k.confrelid FROM reach r JOIN key k ON k.conrelid = r.b)"
    " SELECT n.nspname, c.relname, k.conname FROM key k"
    " JOIN pg_catalog.pg_class c ON c.oid = k.conrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE NOT k.condeferrable AND k.conparentid = 0"
    " AND EXISTS (SELECT FROM reach r WHERE r.a = k.confrelid AND r.b = k.conrelid)"
    " ORDER BY k.oid";

std::string alter_table(Result const &result, int row) {
    return "ALTER TABLE ONLY " + quote_qualified(result.str(row, 0), result.str(row, 1)) + " ";
}

} // namespace

LoadRelief plan_load_relief(Connection &connection, std::vector<SchemaAndName> const &tables) {
    std::vector<std::uint32_t> oids;
    for (auto const &[name, relation] :
         with_partitions(connection, find_relations(connection, tables))) {
        if (relation.owned) {
            oids.push_back(relation.oid);
        }
    }
    LoadRelief relief;
    Result const triggers = connection.query(kTriggers, {format_oid_array(oids)});
    for (int row = 0; row < triggers.rows(); ++row) {
        std::string const trigger = "TRIGGER " + quote_identifier(triggers.text(row, 2)) + ";";
        bool const always = triggers.text(row, 3) == "A";
        relief.before += alter_table(triggers, row) + "DISABLE " + trigger;
        relief.after +=
            alter_table(triggers, row) + (always ? "ENABLE ALWAYS " : "ENABLE ") + trigger;
    }
    Result const circles = connection.query(kCircles, {format_oid_array(oids)});
    for (int row = 0; row < circles.rows(); ++row) {
        std::string const alter = alter_table(circles, row) + "ALTER CONSTRAINT " +
                                  quote_identifier(circles.text(row, 2));
        relief.before += alter + " DEFERRABLE;";
        relief.after += alter + " NOT DEFERRABLE;";
    }
    return relief;
}

} // namespace pgkeep
