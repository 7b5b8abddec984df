#include "pg/database_properties.hpp"
#include "pg/restore_catalog.hpp"
#include "support/scratch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

Connection connect(std::string const &database = "postgres") {
    ConnectPolicy policy;
    policy.label = "test";
    policy.retries = 0;
    return {scratch_connection(database), policy, {}};
}

DatabaseProperties utf8_properties() {
    DatabaseProperties properties;
    properties.encoding = "UTF8";
    properties.collate = "C";
    properties.ctype = "C";
    return properties;
}

std::vector<std::string> names(std::vector<RelationName> const &relations) {
    std::vector<std::string> result;
    for (auto const &relation : relations) {
        result.push_back(relation.name);
    }
    return result;
}

} // namespace

TEST(RestoreCatalog, CreatesAndDropsADatabaseOfAnyName) {
    std::string const name = "st\"ag'in\\g";
    Connection connection = connect();
    create_staging_database(connection, name, utf8_properties(), "mark'ed");
    auto const oid = find_database(connection, name);
    ASSERT_TRUE(oid);
    EXPECT_EQ(query_sql("postgres",
                        "SELECT pg_encoding_to_char(encoding), datcollate, shobj_description(oid, "
                        "'pg_database') FROM pg_database WHERE oid = " +
                            std::to_string(*oid)),
              "UTF8|C|mark'ed");
    EXPECT_EQ(database_name(connection, *oid), name);
    drop_database(connection, name);
    EXPECT_FALSE(database_name(connection, *oid));
    EXPECT_NO_THROW(drop_database(connection, name));
}

TEST(RestoreCatalog, CreatesADatabaseWithAnIcuLocale) {
    if (query_sql("postgres", "SELECT count(*) FROM pg_collation WHERE collprovider = 'i'") ==
        "0") {
        GTEST_SKIP() << "this server was built without ICU";
    }
    DatabaseProperties properties = utf8_properties();
    properties.locale_provider = 'i';
    properties.locale = "de";
    Connection connection = connect();
    create_staging_database(connection, "icu_copy", properties, "mark");
    EXPECT_EQ(
        query_sql("postgres", "SELECT datlocprovider FROM pg_database WHERE datname = 'icu_copy'"),
        "i");
    drop_database(connection, "icu_copy");
}

TEST(RestoreCatalog, NamesWhatTheServerLacks) {
    run_sql("postgres", "CREATE ROLE \"pre sent\"");
    Connection connection = connect();
    EXPECT_THAT(missing_roles(connection, {"pre sent", "ab\xff"
                                                       "sent"}),
                ElementsAre(HasSubstr("role \"ab\\xFFsent\" does not exist")));
    EXPECT_THAT(missing_extensions(connection,
                                   {{"plpgsql", "1.0", "pg_catalog"}, {"nosuch", "3", "public"}}),
                ElementsAre(HasSubstr("extension \"nosuch\" (version 3")));
    EXPECT_THAT(missing_tablespaces(connection, {"pg_default", "fast"}),
                ElementsAre(HasSubstr("\"fast\"")));
}

TEST(RestoreCatalog, NamesALocaleAndAnEncodingThatTheServerLacks) {
    Connection connection = connect();
    EXPECT_THAT(missing_locale(connection, utf8_properties()), IsEmpty());
    DatabaseProperties strange = utf8_properties();
    strange.encoding = "EBCDIC";
    strange.collate = "xx_XX.UTF-8";
    EXPECT_THAT(missing_locale(connection, strange),
                ElementsAre(HasSubstr("encoding EBCDIC"), HasSubstr("locale \"xx_XX.UTF-8\"")));
}

TEST(RestoreCatalog, KnowsWhoMayCreateDatabases) {
    run_sql("postgres", "CREATE ROLE humble; CREATE ROLE creator CREATEDB");
    Connection connection = connect();
    EXPECT_TRUE(may_create_databases(connection));
    connection.execute("SET ROLE humble");
    EXPECT_FALSE(may_create_databases(connection));
    EXPECT_EQ(current_role(connection), "humble");
    connection.execute("SET ROLE creator");
    EXPECT_TRUE(may_create_databases(connection));
}

TEST(RestoreCatalog, SetsAndReadsSequencesOfAnyName) {
    std::string const database = create_database();
    run_sql(database, "CREATE SCHEMA \"s'\\\"; CREATE SEQUENCE \"s'\\\".\"q\"\"\"; CREATE SEQUENCE "
                      "down INCREMENT -1");
    std::vector<SequenceEntry> const wanted{
        {"s'\\", "q\"", 9, true}, {"public", "gone", 1, true}, {"public", "down", -5, false}};
    Connection connection = connect(database);
    set_sequences(connection, {wanted[0], wanted[2]});
    EXPECT_THAT(read_restored_sequences(connection, wanted),
                ElementsAre(wanted[0], std::nullopt, wanted[2]));
    EXPECT_EQ(query_sql(database, "SELECT nextval('down')"), "-5");
}

TEST(RestoreCatalog, HandlesMoreSequencesThanFitInOneRoundTrip) {
    std::string const database = create_database();
    run_sql(database,
            "SELECT format('CREATE SEQUENCE s%s', i) FROM generate_series(0, 1203) i \\gexec");
    std::vector<SequenceEntry> wanted;
    for (int i = 0; i <= 1203; ++i) {
        wanted.push_back({"public", "s" + std::to_string(i), i + 1, i % 2 == 0});
    }
    Connection connection = connect(database);
    set_sequences(connection, wanted);
    auto const found = read_restored_sequences(connection, wanted);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        EXPECT_EQ(found[i], wanted[i]);
    }
}

TEST(RestoreCatalog, ListsTablesWithTheirSizes) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE TABLE full_table AS SELECT i, repeat('x', 1000) FROM generate_series(1, 100) i; "
        "CREATE TABLE empty_table (i int); CREATE VIEW v AS SELECT 1; CREATE TEMP TABLE temporary "
        "(i int)");
    Connection connection = connect(database);
    auto tables = list_stored_tables(connection);
    std::ranges::sort(tables, {}, [](StoredTable const &table) { return table.relation.name; });
    ASSERT_EQ(tables.size(), 2U);
    EXPECT_EQ(tables[0].relation.name, "empty_table");
    EXPECT_EQ(tables[0].pages, 0U);
    EXPECT_GT(tables[1].pages, 10U);
    EXPECT_GE(tables[1].bytes, tables[1].pages * 8192);
    EXPECT_EQ(tables[1].can_split, connection.server_version() >= 140000);
}

TEST(RestoreCatalog, ListsForeignKeys) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE a (i int PRIMARY KEY); CREATE TABLE b (i int REFERENCES a)");
    Connection connection = connect(database);
    auto const keys = list_foreign_keys(connection);
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].referencing.name, "b");
    EXPECT_EQ(keys[0].referenced.name, "a");
}

TEST(RestoreCatalog, LeavesPartitionsToTheAnalyzeOfTheirTable) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE TABLE small AS SELECT 1 AS i; CREATE TABLE parted (i int) PARTITION BY RANGE (i); "
        "CREATE TABLE part PARTITION OF parted DEFAULT; INSERT INTO parted SELECT "
        "generate_series(1, 5000); "
        "CREATE MATERIALIZED VIEW m AS SELECT generate_series(1, 2000); CREATE VIEW v AS SELECT 1");
    Connection connection = connect(database);
    EXPECT_THAT(names(list_analyzable(connection)), ElementsAre("parted", "m", "small"));
}

TEST(RestoreCatalog, AnalyzesOnlyThePartsOfATableThatIsPartlyForeign) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; "
        "CREATE TABLE p (i int) PARTITION BY LIST (i); CREATE FOREIGN TABLE p_far PARTITION OF p "
        "FOR VALUES IN (1) SERVER s; CREATE TABLE p_near PARTITION OF p FOR VALUES IN (2); "
        "CREATE TABLE p_rest PARTITION OF p DEFAULT PARTITION BY LIST (i); "
        "CREATE TABLE p_rest_all PARTITION OF p_rest DEFAULT");
    Connection connection = connect(database);
    EXPECT_THAT(names(list_analyzable(connection)),
                testing::UnorderedElementsAre("p_near", "p_rest"));
}

TEST(RestoreCatalog, FindsInvalidIndexesButNotPartitionedOnes) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE TABLE t (i int); CREATE INDEX good ON t (i); CREATE INDEX bad ON t (i); "
        "CREATE TABLE p (i int) PARTITION BY RANGE (i); CREATE TABLE p1 PARTITION OF p DEFAULT; "
        "CREATE INDEX on_parent ON ONLY p (i)");
    Connection connection = connect(database);
    EXPECT_THAT(find_invalid_objects(connection), IsEmpty());
    run_sql(database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'bad'::regclass");
    EXPECT_THAT(find_invalid_objects(connection), ElementsAre("index public.bad is invalid"));
}

TEST(RestoreCatalog, FindsLeftOverDatabasesThatNobodyClaims) {
    Connection connection = connect();
    create_staging_database(connection, "left__restore_1", utf8_properties(), "the mark, and more");
    create_staging_database(connection, "other__restore_1", utf8_properties(), "something else");
    EXPECT_THAT(list_left_over(connection, "__restore_[0-9]$", "the mark"),
                ElementsAre("left__restore_1"));
    {
        Connection living = connect();
        EXPECT_TRUE(claim_staging_name(living, "left__restore_1"));
        EXPECT_FALSE(claim_staging_name(connection, "left__restore_1"));
        EXPECT_THAT(list_left_over(connection, "__restore_[0-9]$", "the mark"), IsEmpty());
    }
    drop_database(connection, "left__restore_1");
    drop_database(connection, "other__restore_1");
}

TEST(RestoreCatalog, ReportsPropertiesThatTheServerRefuses) {
    std::string const database = create_database();
    DatabaseProperties properties;
    properties.owner = "no such role";
    properties.settings = {{"", "work_mem", "nonsense"}, {"", "work_mem", "5MB"}};
    properties.comment = "kept";
    Connection connection = connect(database);
    EXPECT_THAT(apply_database_properties(connection, database, properties),
                ElementsAre(HasSubstr("setting work_mem could not be restored")));
    EXPECT_THAT(apply_database_rights(connection, database, properties),
                ElementsAre(HasSubstr("the database's owner could not be restored")));
    EXPECT_EQ(query_sql(database, "SHOW work_mem"), "5MB");
}

TEST(RestoreCatalog, TurnsADefaultAclIntoWhatItMeans) {
    std::string const database = create_database();
    run_sql("postgres", "REVOKE ALL ON DATABASE " + database + " FROM PUBLIC");
    Connection connection = connect("postgres");
    connection.execute("BEGIN");
    EXPECT_THAT(apply_database_rights(connection, database, {}), IsEmpty());
    connection.execute("COMMIT");
    EXPECT_EQ(query_sql("postgres", "SELECT a = b FROM (SELECT ARRAY(SELECT unnest(datacl)::text"
                                    " ORDER BY 1), ARRAY(SELECT unnest(acldefault('d', datdba))"
                                    "::text ORDER BY 1) FROM pg_database WHERE datname = '" +
                                        database + "') AS x(a, b)"),
              "t");
}
