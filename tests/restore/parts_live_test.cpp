// Which objects and rows a part of an archive is, and that they can be made without the rest.

#include "restore/parts_fixture.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

constexpr char const *kOddTable = R"("we""ird / näme
second line \ 'quoted'"."täble
""two"" \. lines")";

// What hangs on a table, as the catalog shows it.
std::string parts_of(std::string const &database, std::string const &table) {
    std::string const oid = "'" + table + "'::regclass";
    return query_sql(
        database,
        "SET search_path = pg_catalog; SET datestyle = ISO; SELECT 'index', "
        "pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = " +
            oid +
            " UNION ALL SELECT 'constraint', conname || ' ' || contype::text FROM "
            "pg_constraint WHERE conrelid = " +
            oid +
            " AND contype NOT IN ('f', 't')"
            " UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = " +
            oid +
            " AND NOT tgisinternal AND tgconstrrelid = 0"
            " UNION ALL SELECT 'policy', polname || coalesce(pg_get_expr(polqual, polrelid), '') "
            "FROM pg_policy WHERE polrelid = " +
            oid +
            " UNION ALL SELECT 'rule', pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class = " +
            oid +
            " UNION ALL SELECT 'default', pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE "
            "adrelid = " +
            oid +
            " UNION ALL SELECT 'comment', description FROM pg_description WHERE objoid = " + oid +
            " UNION ALL SELECT 'statistics', pg_get_statisticsobjdef(oid) FROM pg_statistic_ext "
            "WHERE stxrelid = " +
            oid +
            " UNION ALL SELECT 'table', coalesce(relacl::text, '') || relrowsecurity::text FROM "
            "pg_class "
            "WHERE oid = " +
            oid + " ORDER BY 1, 2");
}

} // namespace

TEST_F(PartsLive, TakesATableWithAllThatHangsOnIt) {
    std::string const made = make_objects(tables({"shop.orders"}));
    EXPECT_EQ(relations(made), "shop.orders shop.orders_id_seq");
    EXPECT_EQ(parts_of(made, "shop.orders"), parts_of(shop().database, "shop.orders"));
}

TEST_F(PartsLive, TakesTriggersWithTheirFunctions) {
    std::string const parts = parts_of(shop().database, "shop.bookings");
    EXPECT_THAT(parts, HasSubstr("trigger|"));
    EXPECT_EQ(parts_of(make_objects(tables({"bookings"})), "shop.bookings"), parts);
}

TEST_F(PartsLive, LeavesOutAForeignKeyToATableThatWasNotChosen) {
    std::string const keys = "SELECT conname FROM pg_constraint WHERE contype = 'f'";
    EXPECT_THAT(query_sql(make_objects(tables({"shop.orders"})), keys), IsEmpty());
    EXPECT_EQ(query_sql(make_objects(tables({"shop.orders", "shop.customers"})), keys),
              "orders_customer_id_fkey");
}

TEST_F(PartsLive, TakesTheExtensionsThatAnExclusionConstraintMayNeed) {
    std::string const made = make_objects(tables({"shop.contrib"}));
    EXPECT_EQ(parts_of(made, "shop.contrib"), parts_of(shop().database, "shop.contrib"));
}

TEST_F(PartsLive, TakesTheValuesOfTheSequencesOfATable) {
    EXPECT_EQ(sequences_of(find(tables({"shop.orders"})).part), "shop.orders_id_seq");
    EXPECT_EQ(sequences_of(find(tables({"shop.customers"})).part), "shop.customers_id_seq");
}

TEST_F(PartsLive, TakesTheSequenceThatADefaultNeeds) {
    Found const found = find(tables({kOddTable}));
    EXPECT_THAT(sequences_of(found.part), HasSubstr("séquence\nwith"));
    EXPECT_THAT(sequences_of(find(tables({kOddTable}), true).part), Not(HasSubstr("séquence")));
}

TEST_F(PartsLive, TakesThePartitionsOfAPartitionedTable) {
    Found const found = find(tables({"shop.events"}));
    EXPECT_EQ(tables_of(found.part), "shop.events_2024 audit.events_2025_view "
                                     "audit.events_2025_rest_0 audit.events_2025_rest_1 "
                                     "shop.events_other shop.events_2026");
    std::string const made = make_objects(tables({"shop.events"}));
    EXPECT_EQ(query_sql(made, "SELECT count(*) FROM pg_partition_tree('shop.events')"), "9");
    EXPECT_EQ(query_sql(made, "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
}

TEST_F(PartsLive, TakesAPartitionThatIsPartitionedWithoutWhatIsAboveIt) {
    std::string const made = make_objects(tables({"audit.events_2025_rest"}));
    EXPECT_EQ(relations(made), "audit.events_2025_rest audit.events_2025_rest_0 "
                               "audit.events_2025_rest_1");
    EXPECT_EQ(query_sql(made, "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
    EXPECT_EQ(tables_of(find(tables({"events_2025_view"})).part), "audit.events_2025_view");
}

TEST_F(PartsLive, FindsTablesWhateverTheyAreCalled) {
    EXPECT_THAT(tables_of(find(tables({kOddTable})).part), HasSubstr("täble\n\"two\""));
    EXPECT_EQ(tables_of(find(tables({R"("DATA"."TABLE")"})).part), "DATA.TABLE");
    EXPECT_EQ(tables_of(find(tables({R"("a.b"."c.d")"})).part), "a.b.c.d");
    EXPECT_EQ(tables_of(find(tables({R"("a.b")"})).part), "public.a.b");
    EXPECT_EQ(tables_of(find(tables({R"("*")"})).part), "public.*");
    EXPECT_EQ(tables_of(find(tables({"表*"})).part), "public.表 🐘 таблица");
    EXPECT_THAT(relations(make_objects(tables({kOddTable}))), HasSubstr("täble"));
}

TEST_F(PartsLive, IsNotMisledByNamesThatReadAlikeInAList) {
    std::string const database = create_database();
    run_sql(database, R"(CREATE SCHEMA a; CREATE SCHEMA "a b"; CREATE SCHEMA "a
b"; CREATE TABLE a."b c" (i integer); CREATE TABLE "a b".c (i integer); CREATE TABLE "a
b".c (i integer); CREATE TABLE a."b
c" (i integer); CREATE TABLE a."p q" (i integer) PARTITION BY LIST (i))");
    std::string const archive = folder_.file("names.sql.gz");
    back_up(database, archive);
    std::string const query = "SELECT count(*), min(n.nspname || '.' || c.relname) FROM pg_class c "
                              "JOIN pg_namespace n ON n.oid = relnamespace WHERE c.relkind IN "
                              "('r', 'p') AND nspname ~ '^a'";
    EXPECT_EQ(query_sql(make_objects(tables({R"(a."b c")"}), archive), query), "1|a.b c");
    EXPECT_EQ(query_sql(make_objects(tables({"\"a\nb\".c"}), archive), query), "1|a\nb.c");
    EXPECT_EQ(query_sql(make_objects(tables({"a.\"b\nc\""}), archive), query), "1|a.b\nc");
    EXPECT_EQ(query_sql(make_objects(tables({R"(a."p q")"}), archive), query), "1|a.p q");
}

TEST_F(PartsLive, TakesWholeSchemas) {
    std::string const made = make_objects(schemas({"stock"}));
    std::string const names = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class "
                              "WHERE relnamespace = 'stock'::regnamespace";
    EXPECT_EQ(query_sql(made, names), query_sql(shop().database, names));
    EXPECT_EQ(
        query_sql(made, "SELECT nspacl FROM pg_namespace WHERE nspname = 'stock'"),
        query_sql(shop().database, "SELECT nspacl FROM pg_namespace WHERE nspname = 'stock'"));
    EXPECT_THAT(relations(made), Not(HasSubstr("shop.orders ")));
}

TEST_F(PartsLive, TakesASchemaWithWhatItNeedsOfOthers) {
    for (char const *pattern : {"shop", "we*"}) {
        EXPECT_THAT(relations(make_objects(schemas({pattern}))), Not(IsEmpty())) << pattern;
    }
}

TEST_F(PartsLive, TakesTablesInsideTheSchemasWhenBothAreGiven) {
    RestorePart part = tables({"log", "orders"});
    part.schemas = {"shop"};
    Error const error = error_of([&] { (void)find(part); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found) << "log is in another schema";
    part.tables = {"o*"};
    part.schemas = {"shop", "audit"};
    EXPECT_THAT(tables_of(find(part).part),
                AllOf(HasSubstr("shop.orders"), Not(HasSubstr("audit"))));
}

TEST_F(PartsLive, NamesAPatternThatMatchesNothingAndTheNearestNames) {
    Error const table = error_of([&] { (void)find(tables({"shop.orders", "shop.oders"})); });
    EXPECT_EQ(table.kind(), ErrorKind::not_found);
    EXPECT_STREQ(table.what(), "no table of the archive matches \"shop.oders\"");
    EXPECT_THAT(table.hint(), HasSubstr("shop.orders"));
    Error const schema = error_of([&] { (void)find(schemas({"shp"})); });
    EXPECT_STREQ(schema.what(), "no schema of the archive matches \"shp\"");
    EXPECT_THAT(schema.hint(), HasSubstr("shop"));
}

TEST_F(PartsLive, TakesNoObjectsWithDataOnlyAndNoRowsWithSchemaOnly) {
    RestorePart part = tables({"shop.orders"});
    part.schema = false;
    Found const data = find(part, true);
    EXPECT_EQ(data.selection.toc, std::set<int>{});
    EXPECT_EQ(tables_of(data.part), "shop.orders");
    EXPECT_EQ(sequences_of(data.part), "shop.orders_id_seq");
    part.schema = true;
    part.data = false;
    Found const schema = find(part);
    EXPECT_EQ(tables_of(schema.part), "");
    EXPECT_EQ(sequences_of(schema.part), "");
    EXPECT_FALSE(schema.selection.toc->empty());
}

TEST_F(PartsLive, TakesLargeObjectsOnlyWithTheWholeData) {
    EXPECT_FALSE(find(tables({"shop.orders"})).selection.large_objects);
    EXPECT_FALSE(find(schemas({"*"})).selection.large_objects);
    RestorePart part;
    part.data = false;
    EXPECT_FALSE(find(part).selection.large_objects);
    EXPECT_FALSE(find(part).selection.make_large_objects);
    EXPECT_EQ(query_sql(make_objects(part), "SELECT count(*) FROM pg_largeobject_metadata"), "0");
    part.data = true;
    part.schema = false;
    EXPECT_TRUE(find(part).selection.large_objects);
    EXPECT_FALSE(find(part, true).selection.make_large_objects);
    EXPECT_TRUE(find(part, false).selection.make_large_objects);
    EXPECT_TRUE(find(part, false).selection.toc->empty());
}

TEST_F(PartsLive, KeepsTheExtensionsThatAreMadeBetweenSchemasAndTheRest) {
    std::string const database = create_database("part", "TEMPLATE template0");
    FileSource const source{shop().archive};
    ArchiveReader const reader{source};
    RestoreOptions const options = options_for({});
    Schema schema{
        choose_programs(options.bindir, "pg_restore", 0), reader.schema_archive(), options, {}};
    schema.select(find_selection(tables({"contrib"}), reader.manifest(), schema, false).toc);
    schema.restore_pre_data(options.connection, database, [&] {
        EXPECT_EQ(query_sql(database, "SELECT count(*) FROM pg_namespace WHERE nspname = 'shop'"),
                  "1");
        EXPECT_THAT(relations(database), IsEmpty());
        run_sql(database, "CREATE EXTENSION hstore SCHEMA extensions VERSION '1.4'");
    });
    EXPECT_EQ(query_sql(database, "SELECT extversion FROM pg_extension WHERE extname = 'hstore'"),
              "1.4");
    EXPECT_EQ(relations(database), "shop.contrib");
}

TEST_F(PartsLive, TakesNoPrerequisitesIntoADatabaseThatHasThem) {
    Found const alone = find(tables({"shop.orders"}), true);
    Found const all = find(tables({"shop.orders"}), false);
    EXPECT_LT(alone.selection.toc->size(), all.selection.toc->size());
}
