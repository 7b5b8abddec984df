#include "pg/change_marks.hpp"

namespace pgkeep {

namespace {

// Before 15 a collector hands the numbers out, at most half a second old.
constexpr int kSharedStatistics = 150000;

// Catalogs that temporary tables, ANALYZE or other databases write to would show what is none of
// this database's content; relations are looked at one by one for that reason.
constexpr char const *kMarks =
    "SELECT pg_catalog.current_setting('track_counts')::boolean,"
    " (SELECT coalesce(pg_catalog.sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint"
    "  FROM pg_catalog.pg_stat_user_tables WHERE schemaname NOT LIKE 'pg\\_temp\\_%'),"
    " (SELECT coalesce(pg_catalog.sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0)::bigint"
    "  FROM pg_catalog.pg_stat_sys_tables s JOIN pg_catalog.pg_class c ON c.oid = s.relid"
    "  WHERE s.schemaname = 'pg_catalog' AND NOT c.relisshared AND s.relname NOT IN ('pg_class',"
    "  'pg_attribute', 'pg_attrdef', 'pg_type', 'pg_index', 'pg_depend', 'pg_constraint',"
    "  'pg_inherits', 'pg_namespace', 'pg_sequence', 'pg_rewrite', 'pg_description',"
    "  'pg_statistic', 'pg_statistic_ext_data')),"
    " (SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(c.oid || ' ' || c.xmin, ','"
    "  ORDER BY c.oid), '')) FROM pg_catalog.pg_class c"
    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    "  WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'pg_toast')),"
    " (SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(pg_catalog.concat_ws(' ', schemaname,"
    "  sequencename, last_value), ',' ORDER BY schemaname, sequencename), ''))"
    "  FROM pg_catalog.pg_sequences WHERE schemaname NOT LIKE 'pg\\_temp\\_%')";

} // namespace

ChangeMarks read_change_marks(Connection &connection) {
    if (connection.server_version() < kSharedStatistics) {
        connection.execute("SELECT pg_catalog.pg_sleep(0.6)");
    }
    Result const row = connection.query_row(kMarks);
    return {row.boolean(0, 0), row.unsigned_integer(0, 1), row.unsigned_integer(0, 2),
            row.str(0, 3), row.str(0, 4)};
}

} // namespace pgkeep
