#include "restore/foreign_fixture.hpp"
#include "restore/foreign_survey.hpp"
#include "support/errors.hpp"

#include <gmock/gmock.h>

#include <string>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Error refusal(std::string const &script) {
    return error_of([&] { static_cast<void>(survey(script)); });
}

std::string table_list(ScriptFacts const &facts) {
    std::string list;
    for (TableEntry const &table : facts.tables) {
        list += table.schema + "." + table.name + "=" + std::to_string(table.proof.rows) + " ";
    }
    return list;
}

TEST(ScriptSurvey, ResolvesNamesWithTheSearchPathOfPgDump96) {
    ScriptFacts const facts = survey(foreign_script("pg_dump_9.6.sql"));
    EXPECT_EQ(table_list(facts), "public.users=3 Side.users=1 ");
    EXPECT_THAT(facts.tables.at(0).columns, ElementsAre("id", "Full Name"));
    EXPECT_EQ(facts.server_version, "9.6.24");
    EXPECT_THAT(facts.warnings, IsEmpty());
}

TEST(ScriptSurvey, ReadsAScriptOfPgDump18AndLeavesPartitionedTablesUncounted) {
    ScriptFacts const facts = survey(foreign_script("pg_dump_18.sql"));
    EXPECT_EQ(table_list(facts), "public.lines=6 ");
    EXPECT_TRUE(facts.settings.contains("transaction_timeout"));
    EXPECT_THAT(facts.warnings, ElementsAre(HasSubstr("partitioned")));
}

TEST(ScriptSurvey, AcceptsByteOrderMarkAndCarriageReturns) {
    std::string const script =
        "\xef\xbb\xbf" + replace_all(foreign_script("pg_dump_18.sql"), "\n", "\r\n");
    EXPECT_EQ(table_list(survey(script)), "public.lines=6 ");
}

TEST(ScriptSurvey, RefusesAScriptThatIsCutAnywhere) {
    for (auto const *name : {"pg_dump_9.6.sql", "pg_dump_18.sql", "pg_dump_create.sql"}) {
        std::string const whole = foreign_script(name);
        std::size_t const end = whole.find("-- PostgreSQL database dump complete") + 36;
        for (std::size_t length = 0; length < end; length += length + 200 < end ? 13 : 1) {
            Error const error = refusal(whole.substr(0, length));
            ASSERT_EQ(error.kind(), ErrorKind::damaged) << name << " at " << length;
        }
    }
}

TEST(ScriptSurvey, RefusesPsqlCommandsByLine) {
    Error const error = refusal(dump_with("\\! touch x\nSELECT 1;\n\\i other.sql\n"));
    EXPECT_THAT(error.what(), HasSubstr("line 6: the psql command \\! touch x; line 8: the psql "
                                        "command \\i other.sql"));
    for (auto const *command :
         {"\\copy t FROM 'x'", "\\o x", "\\set a b", "\\if true", "SELECT 1 \\g |touch x",
          "SELECT 1 \\gexec", "\\encoding SJIS", "SELECT \\connect a\n 1;"}) {
        EXPECT_THAT(refusal(dump_with(std::string{command} + "\n")).what(),
                    HasSubstr("the psql command"))
            << command;
    }
}

TEST(ScriptSurvey, RefusesStatementsThatReachOutOfTheDatabase) {
    Error const error = refusal(dump_with("CREATE TABLE t ();\n;COPY t FROM PROGRAM 'touch x';\n"));
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.what(), HasSubstr("line 7: COPY t FROM PROGRAM 'touch x';, which runs a "
                                        "program on the server"));
}

TEST(ScriptSurvey, RefusesTheOutputOfPgDumpallAndSaysWhatToDo) {
    for (std::string const &script :
         {dump_with("CREATE ROLE a;\n"), dump_with("\\connect a\n\n\\connect b\n"),
          dump_with("CREATE TABLE t ();\n\\connect b\n"),
          std::string{"-- PostgreSQL database cluster dump\nCREATE ROLE x;\n"
                      "-- PostgreSQL database cluster dump complete\n"}}) {
        Error const error = refusal(script);
        EXPECT_EQ(error.kind(), ErrorKind::usage) << script;
        EXPECT_THAT(error.what(), HasSubstr("pg_dumpall"));
        EXPECT_THAT(error.hint(), HasSubstr("psql -X -f FILE postgres"));
    }
}

TEST(ScriptSurvey, RefusesAScriptOfAnotherProgramThatDoesNotSayItsEnd) {
    Error const error = refusal("CREATE TABLE t ();\n");
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.hint(), HasSubstr("append the line `-- PostgreSQL database dump complete`"));
}

TEST(ScriptSurvey, RefusesTextInUtf16) {
    std::string wide = "\xff\xfe";
    for (char const c : dump_with("")) {
        wide += c;
        wide += '\0';
    }
    EXPECT_THAT(refusal(wide).what(), HasSubstr("UTF-16"));
}

TEST(ScriptSurvey, CountsWhatIsLeftOutOfCleanAndCreate) {
    EXPECT_EQ(survey(foreign_script("pg_dump_clean.sql")).skipped.clean, 6U);
    ScriptFacts const facts = survey(foreign_script("pg_dump_create.sql"));
    EXPECT_EQ(facts.skipped.database, 7U);
    EXPECT_TRUE(facts.connects);
    EXPECT_EQ(table_list(facts), "public.things=2 ");
}

TEST(ScriptSurvey, KnowsNoRolesThatOptionsLeaveOut) {
    std::string const script =
        dump_with("ALTER TABLE t OWNER TO a;\nGRANT SELECT ON TABLE t TO b;\n");
    EXPECT_THAT(survey(script).roles, ElementsAre("a", "b"));
    ScriptOptions options;
    options.no_owner = true;
    options.no_privileges = true;
    EXPECT_THAT(survey(script, options).roles, IsEmpty());
}

TEST(ScriptSurvey, RefusesTwoDumpsInOneFile) {
    std::string const first = dump_with("CREATE TABLE a ();\n");
    for (std::string const &second : {dump_with("CREATE TABLE b ();\n"), dump_with("")}) {
        Error const error = refusal(first + second);
        EXPECT_EQ(error.kind(), ErrorKind::usage);
        EXPECT_THAT(error.what(), HasSubstr("line 13"));
        EXPECT_THAT(error.hint(), HasSubstr("each on its own"));
    }
}

TEST(ScriptSurvey, RefusesASecondHeaderBeforeTheEnd) {
    EXPECT_THAT(
        refusal(dump_with("CREATE TABLE a ();\n\n--\n-- PostgreSQL database dump\n--\n")).what(),
        HasSubstr("line 9"));
}

TEST(ScriptSurvey, RefusesStatementsBehindTheEnd) {
    std::string const end = "--\n-- PostgreSQL database dump complete\n--\n";
    for (std::string const more : {"SELECT 1;\n", "COPY t (a) FROM stdin;\n1\n\\.\n"}) {
        Error const error = refusal(dump_with("") + more + end);
        EXPECT_EQ(error.kind(), ErrorKind::usage);
        EXPECT_THAT(error.what(), HasSubstr("line 11")) << more;
    }
}

TEST(ScriptSurvey, TakesUnrestrictBehindTheEnd) {
    EXPECT_NO_THROW(static_cast<void>(
        survey("\\restrict abc\n" + dump_with("CREATE TABLE a ();\n") + "\n\\unrestrict abc\n")));
}

TEST(ScriptSurvey, CountsLargeObjectsOnlyWhereTheyAreMade) {
    EXPECT_EQ(survey(dump_with("SELECT pg_catalog.lo_create('16');\n"
                               "COMMENT ON TABLE t IS 'SELECT pg_catalog.lo_create(1);';\n"))
                  .large_objects,
              1U);
}

TEST(ScriptSurvey, AddsUpTheRowsOfATableThatHasSeveralBlocks) {
    std::string const copy = "COPY public.t (a) FROM stdin;\n1\n2\n\\.\n";
    EXPECT_EQ(table_list(survey(dump_with(copy + copy))), "public.t=4 ");
}

} // namespace
} // namespace pgkeep
