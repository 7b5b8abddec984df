#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/live.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Optional;
using testing::UnorderedElementsAre;

std::vector<std::string> names(std::vector<DataRelation> const &relations) {
    std::vector<std::string> out;
    for (auto const &relation : relations) {
        out.push_back(relation.relation.schema + "." + relation.relation.name);
    }
    return out;
}

TEST(DataRelations, AreOrdinaryTablesAndNothingElse) {
    auto connection = open_test(create_database("catalog"));
    connection.execute(
        "CREATE TABLE public.plain (a int); CREATE UNLOGGED TABLE public.unlogged (a int);"
        "CREATE VIEW public.v AS SELECT 1 AS a; CREATE MATERIALIZED VIEW public.m AS SELECT 1 AS a;"
        "CREATE SEQUENCE public.s; CREATE TABLE public.p (a int) PARTITION BY LIST (a);"
        "CREATE TABLE public.p1 PARTITION OF public.p DEFAULT; CREATE TEMP TABLE hidden (a int);"
        "CREATE INDEX i ON public.plain (a); CREATE FOREIGN DATA WRAPPER w; CREATE SERVER w "
        "FOREIGN DATA WRAPPER w;"
        "CREATE FOREIGN TABLE public.f (a int) SERVER w");
    EXPECT_THAT(names(list_data_relations(connection, all_relations(connection), {})),
                ElementsAre("public.plain", "public.unlogged", "public.p1"));
    EXPECT_THAT(list_data_relations(connection, {}, {}), IsEmpty());
}

TEST(DataRelations, HaveTheColumnsThatCopyCanWrite) {
    auto connection = open_test(create_database("catalog"));
    connection.execute("CREATE TABLE public.t (a int, gone int, \"q\"\"n\n\\\" text, g int "
                       "GENERATED ALWAYS AS (a * 2) STORED,"
                       " i int GENERATED ALWAYS AS IDENTITY); ALTER TABLE public.t DROP COLUMN "
                       "gone; ALTER TABLE public.t ADD COLUMN \"N,ULL\" int;"
                       "CREATE TABLE public.nothing ()");
    auto const relations = list_data_relations(connection, all_relations(connection), {});
    ASSERT_EQ(relations.size(), 2U);
    EXPECT_THAT(relations[0].columns, ElementsAre("a", "q\"n\n\\", "i", "N,ULL"));
    EXPECT_THAT(relations[1].columns, IsEmpty());
    EXPECT_TRUE(relations[0].has_data);
    EXPECT_EQ(relations[0].condition, "");
}

TEST(DataRelations, KeepNamesOfBytesInNoEncoding) {
    auto connection =
        open_test(create_database("catalog", "ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'"));
    connection.execute(
        "CREATE SCHEMA \"s\xFF\"; CREATE TABLE \"s\xFF\".\"t\xE4'\" (\"c\xC3\" int)");
    auto const relations = list_data_relations(connection, all_relations(connection), {});
    ASSERT_EQ(relations.size(), 1U);
    EXPECT_EQ(relations[0].relation.schema, "s\xFF");
    EXPECT_EQ(relations[0].relation.name, "t\xE4'");
    EXPECT_THAT(relations[0].columns, ElementsAre("c\xC3"));
}

TEST(DataRelations, KnowTheirSizeAndWhetherTheyCanBeSplit) {
    auto connection = open_test(create_database("catalog"));
    connection.execute("CREATE TABLE public.t (a text); INSERT INTO public.t SELECT "
                       "pg_catalog.repeat('x', 1000) FROM pg_catalog.generate_series(1, 800);"
                       "CREATE TABLE public.toasted (a text); ALTER TABLE public.toasted ALTER a "
                       "SET STORAGE EXTERNAL;"
                       "INSERT INTO public.toasted VALUES (pg_catalog.repeat('x', 1000000))");
    auto const relations = list_data_relations(connection, all_relations(connection), {});
    ASSERT_EQ(relations.size(), 2U);
    EXPECT_EQ(relations[0].pages, 115U); // seven rows a page
    EXPECT_GE(relations[0].bytes, 115U * 8192U);
    EXPECT_EQ(relations[0].can_split, connection.server_version() >= 140000);
    EXPECT_EQ(relations[1].pages, 1U);
    EXPECT_GE(relations[1].bytes, 1000000U);
}

TEST(DataRelations, AreListedAlsoWhileOneIsLocked) {
    auto const database = create_database("catalog");
    auto connection = open_test(database);
    auto other = open_test(database);
    other.execute("CREATE TABLE public.t (a text); INSERT INTO public.t SELECT "
                  "pg_catalog.repeat('x', 1000) FROM pg_catalog.generate_series(1, 800)");
    other.execute("ANALYZE public.t");
    (void)export_snapshot(connection, SnapshotIsolation::repeatable_read);
    other.execute("BEGIN; LOCK TABLE public.t");
    auto const relations = list_data_relations(connection, all_relations(connection), {});
    ASSERT_EQ(relations.size(), 1U);
    EXPECT_EQ(relations[0].pages, 115U);
    EXPECT_EQ(connection.query_row("SELECT pg_catalog.current_setting('lock_timeout')").text(0, 0),
              "0");
}

TEST(DataRelations, SayWhenAPolicyHidesRowsFromUs) {
    auto const database = create_database("catalog");
    run_sql(
        database,
        "CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE TABLE u (a int);"
        "CREATE ROLE filtered LOGIN; GRANT USAGE ON SCHEMA public TO filtered; GRANT SELECT ON ALL "
        "TABLES IN SCHEMA public TO filtered");
    auto owner = open_test(database);
    auto filtered = connect_as(database, "filtered");
    auto const as_owner = list_data_relations(owner, all_relations(owner), {});
    auto const as_filtered = list_data_relations(filtered, all_relations(filtered), {});
    ASSERT_EQ(as_filtered.size(), 2U);
    EXPECT_FALSE(as_owner[0].row_security);
    EXPECT_TRUE(as_filtered[0].row_security);
    EXPECT_FALSE(as_filtered[1].row_security);
}

// What CREATE EXTENSION does with pg_extension_config_dump(), without files in the server's
// folders: the function works only in an extension's script, so the catalog is written as it would
// write it.
TEST(DataRelations, IncludeTheConfigurationOfExtensions) {
    auto connection = open_test(create_database("catalog"));
    connection.execute(
        "CREATE EXTENSION citext SCHEMA public; CREATE TABLE public.conf (a int); CREATE TABLE "
        "public.all_of_it (a int); CREATE SEQUENCE public.conf_seq;"
        "CREATE VIEW public.conf_view AS SELECT 1 AS a;"
        "UPDATE pg_catalog.pg_extension SET extconfig = "
        "ARRAY['public.conf'::regclass, 'public.all_of_it'::regclass,"
        " 'public.conf_seq'::regclass, 'public.conf_view'::regclass]::oid[],"
        " extcondition = ARRAY['WHERE a > 1', '', '', ''] WHERE extname = 'citext'");
    auto const extension = static_cast<std::uint32_t>(
        connection.query_row("SELECT oid FROM pg_catalog.pg_extension WHERE extname = 'citext'")
            .unsigned_integer(0, 0));
    auto const conf = oid_of(connection, "public.conf");
    auto const relations = list_data_relations(connection, {conf}, {extension});
    EXPECT_THAT(names(relations), ElementsAre("public.conf", "public.all_of_it"));
    EXPECT_EQ(relations[0].condition, "WHERE a > 1");
    EXPECT_FALSE(relations[0].can_split);
    EXPECT_EQ(relations[1].condition, "");
    EXPECT_THAT(names(list_data_relations(connection, {conf}, {})), ElementsAre("public.conf"));
    auto const sequences = list_extension_sequences(connection, {extension});
    ASSERT_EQ(sequences.size(), 1U);
    EXPECT_EQ(sequences[0].name, "conf_seq");
    EXPECT_THAT(list_extension_sequences(connection, {}), IsEmpty());
    auto const extensions = list_extensions(connection, {extension});
    ASSERT_EQ(extensions.size(), 1U);
    EXPECT_EQ(extensions[0].name, "citext");
    EXPECT_EQ(extensions[0].schema, "public");
    EXPECT_FALSE(extensions[0].version.empty());
}

class MatchTables : public testing::Test {
protected:
    MatchTables() {
        run_sql(
            database,
            "CREATE SCHEMA app; CREATE TABLE app.users (a int); CREATE TABLE public.users (a int);"
            "CREATE TABLE public.\"Users\" (a int); CREATE VIEW app.v AS SELECT 1 AS a; CREATE "
            "SEQUENCE app.s;"
            "CREATE INDEX users_i ON app.users (a); CREATE TABLE app.\"a.b\" ()");
    }
    std::vector<std::string> match(std::string const &pattern) {
        auto connection = open_test(database); // after the test has set its search_path
        connection.execute("BEGIN");
        std::vector<std::string> found;
        for (auto const oid : match_tables(connection, {parse_table_pattern(pattern)})) {
            found.push_back(connection
                                .query_row("SELECT $1::pg_catalog.oid::pg_catalog.regclass",
                                           {std::to_string(oid)})
                                .str(0, 0));
        }
        EXPECT_EQ(
            connection.query_row("SELECT pg_catalog.current_setting('search_path')").text(0, 0),
            "\"\"");
        return found;
    }
    std::string database = create_database("match");
};

TEST_F(MatchTables, SeesTheUsersSearchPathWithoutASchema) {
    EXPECT_THAT(match("users"), ElementsAre("public.users"));
    run_sql("postgres", "ALTER DATABASE " + database + " SET search_path = app, public");
    EXPECT_THAT(match("users"), ElementsAre("app.users"));
    EXPECT_THAT(match("\"a.b\""), ElementsAre("app.\"a.b\""));
}

TEST_F(MatchTables, TakesSchemasAndWildcards) {
    EXPECT_THAT(match("app.users"), ElementsAre("app.users"));
    EXPECT_THAT(match("*.users"), UnorderedElementsAre("app.users", "public.users"));
    EXPECT_THAT(match("app.*"), UnorderedElementsAre("app.users", "app.v", "app.s", "app.\"a.b\""));
    EXPECT_THAT(match("public.\"Users\""), ElementsAre("public.\"Users\""));
    EXPECT_THAT(match("nobody"), IsEmpty());
}

TEST_F(MatchTables, TakesTheCurrentDatabaseInFrontAndNoOther) {
    EXPECT_THAT(match(database + ".app.users"), ElementsAre("app.users"));
    auto connection = open_test(database);
    Error const error =
        error_of([&] { (void)match_tables(connection, {parse_table_pattern("other.app.users")}); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string{error.what()}.find("other"), std::string::npos) << error.what();
}

TEST_F(MatchTables, IsNotMisledByOperatorsOfUsers) {
    run_sql(database,
            "CREATE FUNCTION public.yes(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
            "CREATE OPERATOR public.~ (LEFTARG = name, RIGHTARG = text, FUNCTION = public.yes);"
            "ALTER DATABASE " +
                database + " SET search_path = public, pg_catalog");
    EXPECT_THAT(match("users"), ElementsAre("public.users"));
}

TEST_F(MatchTables, FindsTheTablesOfSchemas) {
    auto connection = open_test(database);
    EXPECT_EQ(tables_in_schemas(connection, {parse_name_pattern("ap*")}).size(), 4U);
    EXPECT_THAT(tables_in_schemas(connection, {}), IsEmpty());
}

TEST_F(MatchTables, CallsABrokenPatternAMistakeOfTheUser) {
    auto connection = open_test(database);
    EXPECT_EQ(pg_error_of([&] {
                  (void)match_tables(connection, {{std::nullopt, "^(a[)$"}});
              }).kind(),
              ErrorKind::usage);
    EXPECT_EQ(connection.query_row("SELECT pg_catalog.current_setting('search_path')").text(0, 0),
              "\"\"");
}

TEST(DatabaseCatalog, TellsTheProperties) {
    auto const database = create_database(
        "props", "ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C' CONNECTION LIMIT 7");
    run_sql("postgres", "CREATE ROLE \"o'wner\"; CREATE ROLE setter; ALTER DATABASE " + database +
                            " OWNER TO \"o'wner\";"
                            "COMMENT ON DATABASE " +
                            database + " IS 'it''s'; GRANT CREATE ON DATABASE " + database +
                            " TO setter;"
                            "ALTER DATABASE " +
                            database + " SET work_mem = '5MB'; ALTER DATABASE " + database +
                            " SET search_path = a, \"b=c\";"
                            "ALTER ROLE setter IN DATABASE " +
                            database +
                            " SET work_mem = '6MB'; ALTER ROLE setter SET work_mem = '7MB'");
    auto connection = open_test(database);
    auto const properties = read_database_properties(connection);
    EXPECT_EQ(properties.owner, "o'wner");
    EXPECT_EQ(properties.encoding, "LATIN1");
    EXPECT_EQ(properties.locale_provider, 'c');
    EXPECT_EQ(properties.collate, "C");
    EXPECT_EQ(properties.ctype, "C");
    EXPECT_EQ(properties.tablespace, "pg_default");
    EXPECT_EQ(properties.connection_limit, 7);
    EXPECT_FALSE(properties.is_template);
    EXPECT_THAT(properties.comment, Optional(std::string{"it's"}));
    EXPECT_THAT(properties.acl, Optional(Contains("setter=C/\"o'wner\"")));
    EXPECT_THAT(properties.settings, ElementsAre(DatabaseSetting{"", "work_mem", "5MB"},
                                                 DatabaseSetting{"", "search_path", "a, \"b=c\""},
                                                 DatabaseSetting{"setter", "work_mem", "6MB"}));
    EXPECT_THAT(list_roles_in_use(connection), UnorderedElementsAre("o'wner", "setter"));
}

TEST(DatabaseCatalog, TellsADefaultAclFromAnEmptyOne) {
    auto const database = create_database("props");
    auto connection = open_test(database);
    EXPECT_EQ(read_database_properties(connection).acl, std::nullopt);
    EXPECT_EQ(read_database_properties(connection).comment, std::nullopt);
    connection.execute("REVOKE ALL ON DATABASE " + database + " FROM PUBLIC, CURRENT_USER");
    EXPECT_THAT(read_database_properties(connection).acl, Optional(IsEmpty()));
}

TEST(DatabaseCatalog, KnowsIcuDatabases) {
    auto connection = open_test("postgres");
    if (connection.server_version() < 150000) {
        GTEST_SKIP() << "databases have ICU locales from 15 on";
    }
    auto icu = open_test(create_database(
        "icu",
        "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' TEMPLATE template0 LOCALE 'C'"));
    auto const properties = read_database_properties(icu);
    EXPECT_EQ(properties.locale_provider, 'i');
    EXPECT_EQ(properties.locale, "de-DE");
    EXPECT_FALSE(properties.collation_version.empty());
}

TEST(DatabaseCatalog, FindsTheRolesThatObjectsNeed) {
    auto const database = create_database("roles");
    run_sql(
        database,
        "CREATE ROLE table_owner; CREATE ROLE grantee; CREATE ROLE policed; CREATE ROLE unused; "
        "CREATE TABLE t (a int); ALTER TABLE t OWNER TO table_owner;"
        "CREATE TABLE u (a int); GRANT SELECT ON u TO grantee; CREATE POLICY x ON u TO policed");
    auto connection = open_test(database);
    EXPECT_THAT(list_roles_in_use(connection),
                UnorderedElementsAre("grantee", "policed", "postgres", "table_owner"));
}

TEST(DatabaseCatalog, ReadsTheSystemIdentifierWhereItMay) {
    auto const database = create_database("sysid");
    auto connection = open_test(database);
    auto const identifier = read_system_identifier(connection);
    EXPECT_THAT(identifier, testing::MatchesRegex("[0-9]{15,20}"));
    connection.execute("CREATE ROLE nosy LOGIN; REVOKE EXECUTE ON FUNCTION "
                       "pg_catalog.pg_control_system() FROM PUBLIC");
    auto nosy = connect_as(database, "nosy");
    EXPECT_EQ(read_system_identifier(nosy), "");
}

TEST(DatabaseCatalog, ListsLargeObjectsByOid) {
    auto connection = open_test(create_database("large"));
    connection.execute("SELECT pg_catalog.lo_create(4000000001); SELECT pg_catalog.lo_create(17)");
    EXPECT_THAT(list_large_objects(connection), ElementsAre(17U, 4000000001U));
}

TEST(DatabaseCatalog, ListsDatabasesThatCanBeBackedUp) {
    auto const kept = create_database("listed");
    auto const closed = create_database("closed", "ALLOW_CONNECTIONS false");
    auto const model = create_database("model", "IS_TEMPLATE true");
    auto connection = open_test("postgres");
    auto const listed = list_databases(connection, {});
    EXPECT_THAT(listed, Contains(kept));
    EXPECT_THAT(listed, Contains("postgres"));
    for (auto const &name : {closed, model, std::string{"template0"}, std::string{"template1"}}) {
        EXPECT_THAT(listed, Not(Contains(name)));
    }
    EXPECT_TRUE(std::ranges::is_sorted(listed));
    auto const fewer =
        list_databases(connection, {parse_name_pattern("listed*"), parse_name_pattern("postgres")});
    EXPECT_THAT(fewer, Not(Contains(kept)));
    EXPECT_THAT(fewer, Not(Contains("postgres")));
}

} // namespace
} // namespace pgkeep
