// Drills of archives that restore, and of archives in which a fault was planted.

#include "support/fingerprint.hpp"
#include "verify/drill_fixture.hpp"

using namespace pgkeep;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

namespace {

constexpr char const *kRichSchema = R"sql(
CREATE ROLE "ro""le 'of' näme
two" SUPERUSER;
CREATE ROLE "granted \x";
CREATE ROLE in_setting;
CREATE TABLE t (i int PRIMARY KEY, s text);
INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 5000) i;
ALTER TABLE t OWNER TO "ro""le 'of' näme
two";
GRANT SELECT ON t TO "granted \x";
CREATE POLICY p ON t TO in_setting USING (true);
CREATE TABLE child (i int REFERENCES t);
CREATE SEQUENCE s START 42;
CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM t;
ALTER MATERIALIZED VIEW m OWNER TO "granted \x";
CREATE EXTENSION hstore;
SELECT lo_from_bytea(0, '\x00ff');
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN
  IF tg_tag IN ('CREATE EXTENSION', 'DROP EXTENSION') THEN RAISE 'no'; END IF; END$$;
CREATE EVENT TRIGGER no_extensions ON ddl_command_start EXECUTE FUNCTION refuse();
ALTER EVENT TRIGGER no_extensions OWNER TO "ro""le 'of' näme
two";
DO $$BEGIN
  EXECUTE format('ALTER ROLE in_setting IN DATABASE %I SET work_mem = ''5MB''', current_database());
  EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
  EXECUTE format('GRANT CREATE ON DATABASE %I TO "granted \x"', current_database());
END$$;
)sql";

// An archive of rows that are not unique, and with it the schema of one where they must be.
class DrillOfDuplicates : public DrillLive {
protected:
    std::string archive() {
        std::string const strict =
            small_archive("CREATE TABLE t (i int CONSTRAINT only_once UNIQUE)");
        std::string const loose =
            small_archive("CREATE TABLE t (i int); INSERT INTO t VALUES (1), (1)");
        return plant(loose, {.schema_of = strict});
    }
};

} // namespace

TEST_F(DrillLive, ASoundArchivePassesAndLeavesEvidence) {
    std::string const path = small_archive(kRichSchema);
    VerifyOptions options = drill_options();
    options.drill.amcheck = true;
    VerifyReport const report = drill(path, options);
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_EQ(report.untried, "");
    EXPECT_THAT(report.notes, IsEmpty());
    EXPECT_EQ(report.level, VerifyLevel::drill);
    EXPECT_EQ(report.rows, 5000U);
    auto const evidence = evidence_of(path);
    ASSERT_THAT(evidence, Not(IsEmpty()));
    EXPECT_EQ(evidence.back().level, "drill");
    EXPECT_TRUE(evidence.back().passed);
    EXPECT_FALSE(evidence.back().system_identifier.empty());
    expect_nothing_left();
}

TEST_F(DrillLive, ADatabaseWithAllKindsOfObjectsPasses) {
    VerifyOptions options = drill_options();
    options.drill.amcheck = true;
    VerifyReport const report = drill(back_up(create_sample_shop()), options);
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_EQ(report.untried, "");
}

TEST_F(DrillLive, RolesMayHaveNamesOfAnotherEncoding) {
    std::string const database =
        create_database("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    run_sql(database, "CREATE ROLE \"r\xf6le\"; CREATE TABLE t (i int); "
                      "ALTER TABLE t OWNER TO \"r\xf6le\"; INSERT INTO t VALUES (1)");
    VerifyReport const report = drill(back_up(database));
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_EQ(report.untried, "");
    EXPECT_EQ(report.level, VerifyLevel::drill);
    run_sql(database, "DROP TABLE t; DROP ROLE \"r\xf6le\"");
}

TEST_F(DrillLive, AManifestThatLiesAboutRowsIsFoundByTheChecksum) {
    std::string const path = plant(
        small_archive(), {.manifest = [](Manifest &manifest) { ++manifest.tables[0].proof.rows; }});
    VerifyReport const report = drill(path);
    EXPECT_THAT(texts(report), Contains(HasSubstr("public.t")));
    EXPECT_EQ(report.level, VerifyLevel::checksum);
    auto const evidence = evidence_of(path);
    ASSERT_THAT(evidence, SizeIs(1));
    EXPECT_EQ(evidence[0].level, "checksum");
    EXPECT_FALSE(evidence[0].passed);
    expect_nothing_left();
}

TEST_F(DrillLive, AManifestThatLiesAboutObjectsIsFoundByTheProof) {
    std::string const path =
        plant(small_archive(),
              {.manifest = [](Manifest &manifest) { ++manifest.object_counts["INDEX"]; }});
    VerifyReport const report = drill(path);
    EXPECT_THAT(texts(report), ElementsAre(AllOf(HasSubstr("INDEX"), HasSubstr("1"))));
    auto const evidence = evidence_of(path);
    ASSERT_THAT(evidence, SizeIs(1));
    EXPECT_EQ(evidence[0].level, "drill");
    EXPECT_FALSE(evidence[0].passed);
}

TEST_F(DrillLive, ASchemaArchiveAndATextThatDisagreeAreFound) {
    std::string const path =
        plant(small_archive(), {.text = [](std::string text) {
                  auto const at = text.find("    i integer");
                  return at == std::string::npos ? text : text.replace(at, 13, "    i bigint");
              }});
    EXPECT_THAT(texts(drill(path)),
                ElementsAre("schema: pre-data: the schema archive and the text disagree: the text "
                            "has `    i bigint` where the schema archive has `    i integer`"));
}

TEST_F(DrillLive, ATextThatDropsSomethingMoreIsFound) {
    std::string const path = plant(small_archive(), {.text = [](std::string const &text) {
                                       return text.find("RESET lc_monetary") == std::string::npos
                                                  ? text
                                                  : text + "DROP TABLE public.t;\n\n";
                                   }});
    EXPECT_THAT(texts(drill(path)), ElementsAre(AllOf(StartsWith("schema: post-data: "),
                                                      HasSubstr("DROP TABLE public.t;"))));
}

TEST_F(DrillOfDuplicates, PostDataThatFailsIsToldFromASchemaThatDisagrees) {
    VerifyReport const report = drill(archive());
    EXPECT_THAT(texts(report),
                ElementsAre(StartsWith("schema: post-data: "),
                            AllOf(StartsWith("post-data: "),
                                  HasSubstr("could not create unique index \"only_once\""))));
    EXPECT_EQ(report.untried, "");
    EXPECT_EQ(report.level, VerifyLevel::drill);
    expect_nothing_left();
}

TEST_F(DrillLive, DataWithoutItsTableIsFound) {
    std::string const other = small_archive("CREATE TABLE another (i int)");
    EXPECT_THAT(texts(drill(plant(small_archive(), {.schema_of = other}))),
                Contains(AllOf(StartsWith("data: "), HasSubstr("public"))));
}

TEST_F(DrillLive, PreDataThatFailsIsFound) {
    // A catalog that somebody edited holds a function that no server creates.
    std::string const path =
        small_archive("CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_backend_pid';"
                      "UPDATE pg_proc SET prosrc = 'no_such_function' WHERE proname = 'f'");
    EXPECT_THAT(texts(drill(path)),
                ElementsAre(AllOf(StartsWith("pre-data: "), HasSubstr("no_such_function"))));
}

TEST_F(DrillLive, AnIndexThatItsFunctionCannotKeepInOrderIsFoundByAmcheck) {
    std::string const path =
        small_archive("CREATE FUNCTION fickle(int) RETURNS float LANGUAGE sql IMMUTABLE AS "
                      "'SELECT random()'; CREATE TABLE t AS SELECT 1 AS i; "
                      "CREATE INDEX i ON t (public.fickle(i))");
    VerifyOptions options = drill_options();
    options.drill.amcheck = true;
    EXPECT_THAT(texts(drill(path, options)),
                ElementsAre(AllOf(StartsWith("amcheck: "), HasSubstr("public.i"),
                                  HasSubstr("lacks matching index tuple"))));
}

TEST_F(DrillLive, EachAssertionThatIsNotTrueIsFound) {
    std::string const path = small_archive(
        "CREATE TABLE t AS SELECT 1 AS i; CREATE SCHEMA s; CREATE TABLE s.u AS SELECT 'ä' AS x;"
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, s', "
        "current_database()); END$$");
    std::string const file = folder_.file("checks.sql");
    write_whole_file(file, "SELECT count(*) = 1 FROM t;\n"
                           "SELECT count(*) = 2 FROM t;\n"
                           "SELECT NULL;\n"
                           "SELECT 1/0 = 1;\n"
                           "SELECT true WHERE false;\n"
                           "VALUES (true), (true);\n"
                           "SELECT 42;\n"
                           "COMMIT;\n"
                           "SELECT x = 'ä' FROM u;\n"
                           "INSERT INTO t VALUES (2) RETURNING true;\n"
                           "SELECT count(*) = 1 AND NOT EXISTS (SELECT FROM pg_extension WHERE "
                           "extname = 'amcheck') FROM t");
    VerifyOptions options = drill_options();
    options.drill.assertion_files = {file};
    options.drill.amcheck = true;
    VerifyReport const report = drill(path, options);
    std::string const name = "assertion " + file;
    EXPECT_THAT(texts(report),
                ElementsAre(name + ":2: `SELECT count(*) = 2 FROM t` is false",
                            name + ":3: `SELECT NULL` is null",
                            AllOf(StartsWith(name + ":4: "), HasSubstr("division by zero")),
                            AllOf(StartsWith(name + ":5: "), HasSubstr("returned no row")),
                            AllOf(StartsWith(name + ":6: "), HasSubstr("returned 2 rows")),
                            AllOf(StartsWith(name + ":7: "), HasSubstr("returned `42`")),
                            AllOf(StartsWith(name + ":8: "), HasSubstr("returned no row"))));
    expect_nothing_left();
}

TEST_F(DrillLive, AssertionsThatCannotBeUsedAreRefusedBeforeAnything) {
    std::string const file = folder_.file("checks.sql");
    write_whole_file(file, "\\! true\n");
    std::string const path = small_archive();
    VerifyOptions options = drill_options();
    options.drill.assertion_files = {file};
    EXPECT_EQ(error_of([&] { (void)drill(path, options); }).kind(), ErrorKind::usage);
    EXPECT_THAT(evidence_of(path), IsEmpty());
}

TEST_F(DrillLive, DumpsOfOthersAreRestored) {
    std::string const database = create_database();
    run_sql(database, "CREATE ROLE somebody; CREATE TABLE t AS SELECT 1 AS i; ALTER TABLE t OWNER "
                      "TO somebody");
    for (std::string const command :
         {"pg_dump -C --inserts \"$1\"", "pg_dump -Fc \"$1\"", "pg_dump \"$1\" | xz"}) {
        std::string const path = folder_.file("dump");
        ASSERT_EQ(run_shell("cd / && " + command + " > \"$2\"", {database, path}).exit_code, 0);
        VerifyReport const report = drill(path);
        EXPECT_THAT(texts(report), IsEmpty()) << command;
        EXPECT_EQ(report.untried, "") << command;
        EXPECT_EQ(report.level, VerifyLevel::drill) << command;
        EXPECT_THAT(report.outcome_note, HasSubstr("not written by pgkeep")) << command;
    }
    expect_nothing_left();
}

TEST_F(DrillLive, AFolderOfPgDumpIsRestored) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t AS SELECT 1 AS i");
    std::string const path = folder_.file("dump.d");
    ASSERT_EQ(run_shell("cd / && pg_dump -Fd -f \"$2\" \"$1\"", {database, path}).exit_code, 0);
    VerifyReport const report = drill(path);
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_EQ(report.level, VerifyLevel::drill);
    EXPECT_EQ(report.rows, 1U);
}

TEST_F(DrillLive, AScriptWithAStatementThatFailsIsFound) {
    std::string const path = folder_.file("script.sql");
    write_whole_file(path, "CREATE TABLE public.t (i int);\nALTER TABLE public.u ADD j int;\n"
                           "-- PostgreSQL database dump complete\n");
    EXPECT_THAT(texts(drill(path)),
                ElementsAre(AllOf(StartsWith("script: "), HasSubstr("line 2"))));
}

TEST_F(DrillLive, AScriptWhoseRolesAreNotThereCannotBeTried) {
    std::string const path = folder_.file("script.sql");
    write_whole_file(path, "CREATE TABLE public.t (i int);\n"
                           "CREATE POLICY p ON public.t TO nobody_knows USING (true);\n"
                           "-- PostgreSQL database dump complete\n");
    VerifyReport const report = drill(path);
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_THAT(report.untried, HasSubstr("role \"nobody_knows\" does not exist"));
}
