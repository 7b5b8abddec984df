#include "pg/change_marks.hpp"

#include "model/sql_text.hpp"

#include <array>

namespace pgkeep {

namespace {

// Before 15 a collector hands the numbers out, at most half a second old.
constexpr int kSharedStatistics = 150000;

// Catalogs that temporary tables, ANALYZE or other databases write to would show what is none of
// this database's content; their rows are looked at one by one for that reason.
constexpr char const *kMarks =
    "SELECT pg_catalog.current_setting('track_counts')::boolean,"
    " (SELECT coalesce(pg_catalog.sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint"
    "  FROM pg_catalog.pg_stat_user_tables WHERE schemaname NOT LIKE 'pg\\_temp\\_%'),"
    " (SELECT coalesce(pg_catalog.sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0)::bigint"
    "  FROM pg_catalog.pg_stat_sys_tables s JOIN pg_catalog.pg_class c ON c.oid = s.relid"
    "  WHERE s.schemaname = 'pg_catalog' AND NOT c.relisshared AND s.relname NOT IN ('pg_class',"
    "  'pg_attribute', 'pg_attrdef', 'pg_type', 'pg_index', 'pg_depend', 'pg_constraint',"
    "  'pg_inherits', 'pg_namespace', 'pg_sequence', 'pg_rewrite', 'pg_description',"
    "  'pg_statistic', 'pg_statistic_ext_data'))";

// A row of a catalog is written anew by every change, so key and xmin tell whether it is the same
// one; VACUUM and ANALYZE write theirs without. Of what can be temporary only the rest counts.
struct CatalogRows {
    char const *catalog;
    char const *key;
    char const *which; // of schemas `n` and relations `r`
};
constexpr auto kDefinitions = std::to_array<CatalogRows>({
    {"pg_namespace", "oid", "oid IN (TABLE n)"},
    {"pg_class", "oid", "oid IN (TABLE r)"},
    {"pg_attribute", "attrelid || ' ' || attnum", "attrelid IN (TABLE r) AND attnum > 0"},
    {"pg_attrdef", "oid", "adrelid IN (TABLE r)"},
    {"pg_constraint", "oid", "connamespace IN (TABLE n)"},
    {"pg_index", "indexrelid", "indrelid IN (TABLE r)"},
    {"pg_inherits", "inhrelid || ' ' || inhparent", "inhrelid IN (TABLE r)"},
    {"pg_sequence", "seqrelid", "seqrelid IN (TABLE r)"},
    {"pg_foreign_table", "ftrelid", "ftrelid IN (TABLE r)"},
    {"pg_trigger", "oid", "tgrelid IN (TABLE r)"},
    {"pg_rewrite", "oid", "ev_class IN (TABLE r)"},
    {"pg_policy", "oid", "polrelid IN (TABLE r)"},
    {"pg_type", "oid", "typnamespace IN (TABLE n)"},
    {"pg_enum", "oid", "true"},
    {"pg_proc", "oid", "pronamespace IN (TABLE n)"},
    {"pg_operator", "oid", "oprnamespace IN (TABLE n)"},
    {"pg_opclass", "oid", "opcnamespace IN (TABLE n)"},
    {"pg_opfamily", "oid", "opfnamespace IN (TABLE n)"},
    {"pg_collation", "oid", "collnamespace IN (TABLE n)"},
    {"pg_conversion", "oid", "connamespace IN (TABLE n)"},
    {"pg_ts_config", "oid", "cfgnamespace IN (TABLE n)"},
    {"pg_ts_dict", "oid", "dictnamespace IN (TABLE n)"},
    {"pg_ts_parser", "oid", "prsnamespace IN (TABLE n)"},
    {"pg_ts_template", "oid", "tmplnamespace IN (TABLE n)"},
    {"pg_statistic_ext", "oid", "stxnamespace IN (TABLE n)"},
    {"pg_am", "oid", "true"},
    {"pg_cast", "oid", "true"},
    {"pg_default_acl", "oid", "true"},
    {"pg_event_trigger", "oid", "true"},
    {"pg_extension", "oid", "true"},
    {"pg_foreign_data_wrapper", "oid", "true"},
    {"pg_foreign_server", "oid", "true"},
    {"pg_language", "oid", "true"},
    {"pg_publication", "oid", "true"},
    {"pg_publication_rel", "oid", "true"},
    {"pg_transform", "oid", "true"},
    {"pg_largeobject_metadata", "oid", "true"},
    {"pg_description", "classoid || ' ' || objoid || ' ' || objsubid",
     "classoid <> 'pg_catalog.pg_class'::pg_catalog.regclass OR objoid IN (TABLE r)"},
    {"pg_seclabel", "classoid || ' ' || objoid || ' ' || objsubid || ' ' || provider", "true"},
});

constexpr char const *kSequences =
    "SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(pg_catalog.concat_ws(' ', schemaname,"
    " sequencename, last_value), ',' ORDER BY schemaname, sequencename), ''))"
    " FROM pg_catalog.pg_sequences WHERE schemaname NOT LIKE 'pg\\_temp\\_%'";

constexpr char const *kOfUsers = "WITH n AS (SELECT oid FROM pg_catalog.pg_namespace"
                                 "  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),"
                                 " r AS (SELECT oid FROM pg_catalog.pg_class"
                                 "  WHERE relpersistence <> 't' AND relnamespace IN (TABLE n))";

constexpr char const *kNames =
    " SELECT CASE relkind WHEN 'S' THEN 'sequence ' WHEN 'v' THEN 'view '"
    "  WHEN 'm' THEN 'materialized view ' WHEN 'f' THEN 'foreign table ' ELSE 'table ' END"
    "  || oid::pg_catalog.regclass FROM pg_catalog.pg_class"
    "  WHERE oid IN (TABLE r) AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
    " UNION ALL SELECT 'function ' || oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc"
    "  WHERE pronamespace IN (TABLE n)"
    " UNION ALL SELECT 'type ' || oid::pg_catalog.regtype FROM pg_catalog.pg_type"
    "  WHERE typnamespace IN (TABLE n) AND typrelid = 0 AND typelem = 0";

// The sum of hashes needs no order and no memory.
std::string definitions_query() {
    std::string sql = std::string{kOfUsers} +
                      " SELECT pg_catalog.count(*) || ' ' || coalesce(pg_catalog.sum("
                      "pg_catalog.hashtextextended(part, 0)::pg_catalog.numeric), 0) FROM (";
    for (auto const &rows : kDefinitions) {
        sql += std::string{&rows == &kDefinitions.front() ? "" : " UNION ALL "} + "SELECT '" +
               rows.catalog + " ' || " + rows.key + " || ' ' || xmin FROM pg_catalog." +
               rows.catalog + " WHERE " + rows.which;
    }
    return sql + ") AS parts(part)";
}

} // namespace

DefinitionMarks read_definition_marks(Connection &connection) {
    return {connection.query_row(definitions_query()).str(0, 0),
            connection.query_row(kSequences).str(0, 0)};
}

std::vector<std::string> list_definitions(Connection &connection) {
    Result const result = connection.query(std::string{kOfUsers} + kNames);
    std::vector<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.push_back(printable(result.text(row, 0)));
    }
    return names;
}

ChangeMarks read_change_marks(Connection &connection) {
    if (connection.server_version() < kSharedStatistics) {
        connection.execute("SELECT pg_catalog.pg_sleep(0.6)");
    }
    Result const row = connection.query_row(kMarks);
    return {row.boolean(0, 0), row.unsigned_integer(0, 1), row.unsigned_integer(0, 2),
            read_definition_marks(connection)};
}

} // namespace pgkeep
