#include "archive/copy_block.hpp"
#include "archive/script_scanner.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const *kEnd = "--\n-- PostgreSQL database dump complete\n--\n\n";

ScriptReport scan(std::string_view script, std::size_t piece = std::size_t{1} << 20) {
    ScriptScanner scanner;
    for (; !script.empty(); script.remove_prefix(std::min(piece, script.size()))) {
        scanner.add(script.substr(0, piece));
    }
    return scanner.finish();
}

std::string copy(std::string const &head, std::string const &rows) {
    return "COPY " + head + " FROM stdin;\n" + rows + "\\.\n\n";
}

RowDigest digest(std::initializer_list<std::string_view> rows) {
    RowDigest all;
    for (std::string_view const row : rows) {
        all.add_row(row);
    }
    return all;
}

// That the scanner sees exactly the table `seen`, and one row, behind `text`.
void expect_data_is_found_behind(std::string const &text) {
    ScriptReport const report = scan(text + copy("seen", "1\n") + kEnd);
    ASSERT_EQ(report.tables.size(), 1U) << text;
    EXPECT_EQ(report.tables[0].name, "seen") << text;
    EXPECT_EQ(report.tables[0].rows.rows, 1U) << text;
    EXPECT_THAT(report.problems, IsEmpty()) << text;
}

TEST(ScriptScanner, CountsAndHashesTheRowsOfEachTable) {
    ScriptReport const report =
        scan(copy("public.a (id, t)", "1\tx\n2\ty\n") + copy("public.b", "") +
             copy("public.a (id, t)", "3\tz\n") + kEnd);
    ASSERT_EQ(report.tables.size(), 2U);
    EXPECT_EQ(report.tables[0].name, "public.a");
    EXPECT_EQ(report.tables[0].statement, "COPY public.a (id, t) FROM stdin;");
    EXPECT_EQ(report.tables[0].rows, digest({"1\tx", "2\ty", "3\tz"}));
    EXPECT_EQ(report.tables[1].name, "public.b");
    EXPECT_EQ(report.tables[1].rows, RowDigest{});
    EXPECT_TRUE(report.says_complete);
    EXPECT_THAT(report.problems, IsEmpty());
}

TEST(ScriptScanner, SeesTheSameInPiecesOfAnySize) {
    std::string const script =
        "\xef\xbb\xbf-- head /* ' \nSET standard_conforming_strings = on;\n"
        "SELECT E'a\\'b', 'c\\', \"d\"\"'e\", $x$ ' $y$ $ $x$, $1 /* /* ; */ ' */;\n"
        "\\restrict key\n" +
        copy("\"we\"\"ird\".\"n\nl\" (\"a\")", "row one\n\\N\n") +
        "SELECT pg_catalog.setval('\"s\".\"q\"', 12, true);\n-- pgkeep: {\"type\":\"x\"}\n" + kEnd +
        "\\unrestrict key\n\n";
    ScriptReport const whole = scan(script);
    ASSERT_EQ(whole.tables.size(), 1U);
    EXPECT_EQ(whole.tables[0].rows, digest({"row one", "\\N"}));
    EXPECT_THAT(whole.problems, IsEmpty());
    for (std::size_t piece = 1; piece < script.size(); ++piece) {
        ScriptReport const report = scan(script, piece);
        ASSERT_EQ(report.tables.size(), 1U) << piece;
        EXPECT_EQ(report.tables[0].name, "\"we\"\"ird\".\"n\nl\"");
        EXPECT_EQ(report.tables[0].rows, whole.tables[0].rows);
        EXPECT_EQ(report.manifest, "-- pgkeep: {\"type\":\"x\"}\n");
        EXPECT_THAT(report.setvals,
                    ElementsAre("SELECT pg_catalog.setval('\"s\".\"q\"', 12, true);"));
        EXPECT_EQ(report.lines, whole.lines);
        EXPECT_TRUE(report.says_complete);
        EXPECT_THAT(report.problems, IsEmpty()) << piece;
    }
}

TEST(ScriptScanner, FindsTheDataBehindEveryKindOfQuote) {
    std::string const bait = "COPY bait FROM stdin;\n";
    expect_data_is_found_behind("SELECT '" + bait + "';\n");
    expect_data_is_found_behind("SELECT 'it''s\n" + bait + "';\n");
    expect_data_is_found_behind("SELECT 'a\\';\n");
    expect_data_is_found_behind("SELECT E'a\\'\n" + bait + "';\n");
    expect_data_is_found_behind("SELECT e'a\\\\';\n");
    expect_data_is_found_behind("SELECT E'a''b\\'\n" + bait + "';\n");
    expect_data_is_found_behind("SELECT E'a'\n  'b\\'\n" + bait + "';\n");
    expect_data_is_found_behind("SELECT E'a'; SELECT\n'b\\';\n");
    expect_data_is_found_behind("SELECT \"a'\n" + bait + "\";\n");
    expect_data_is_found_behind("SELECT \"a\"\"\n" + bait + "\";\n");
    expect_data_is_found_behind("SELECT U&'\\0041', U&\"d'\\0061\";\n");
    expect_data_is_found_behind("SELECT B'01', X'ff', N'x';\n");
    expect_data_is_found_behind("SELECT $$" + bait + "$$;\n");
    expect_data_is_found_behind("SELECT $a$ $b$ $$ $a " + bait + "$a$;\n");
    expect_data_is_found_behind("SELECT $a1$ $$a1$;\n");
    expect_data_is_found_behind("SELECT $_\xc3\xa4$" + bait + "$_\xc3\xa4$;\n");
    expect_data_is_found_behind("SELECT a$b$c, $1, x FROM t$;\n");
}

TEST(ScriptScanner, FindsTheDataBehindComments) {
    std::string const bait = "COPY bait FROM stdin;\n";
    expect_data_is_found_behind("-- it's " + bait);
    expect_data_is_found_behind("/* " + bait + " /* ' */ \" */ SELECT 1;\n");
    expect_data_is_found_behind("/*/ ' */ SELECT 2 - -1, 3 -1, 4 / 2, 5 -- ' ;\n;\n");
    expect_data_is_found_behind("SELECT 1 /* ; */ -- COPY x FROM stdin;\n + 1;\n");
    expect_data_is_found_behind("/**/SELECT 1/***/;\n");
    expect_data_is_found_behind("SELECT 1 - /* ' */ 2;\n");
}

TEST(ScriptScanner, FindsTheDataBehindFunctionBodies) {
    expect_data_is_found_behind("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $_$\n"
                                "COPY bait FROM stdin;\n1\n$_$;\n");
    expect_data_is_found_behind(
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC\n"
        " SELECT CASE WHEN true THEN 1 ELSE 2 END;\n SELECT 2;\nEND;\n");
    expect_data_is_found_behind("CREATE PROCEDURE p() BEGIN ATOMIC SELECT 1; END;\n");
    expect_data_is_found_behind("CREATE FUNCTION public.begin() RETURNS int AS 'x' LANGUAGE c;\n");
    expect_data_is_found_behind("BEGIN;\nSELECT 1;\nEND;\n");
    expect_data_is_found_behind("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);\n");
}

TEST(ScriptScanner, HeedsStandardConformingStrings) {
    expect_data_is_found_behind("SET standard_conforming_strings = off;\n"
                                "SELECT 'a\\'; COPY bait FROM stdin;\n';\n");
    expect_data_is_found_behind("SET standard_conforming_strings = off;\n"
                                "SET standard_conforming_strings = on;\nSELECT 'a\\';\n");
}

TEST(ScriptScanner, UnderstandsEverySpellingOfCopy) {
    for (std::string const head :
         {"copy seen from stdin;\n",
          "COPY seen (a, \"from\", c) FROM STDIN WITH (FORMAT csv, HEADER);\n",
          "COPY seen FROM stdin WITH CSV DELIMITER ',' NULL ';';\n",
          "COPY /* c */ seen\n  (a) -- ;\n  FROM stdin;\n", "COPY seen FROM stdin; -- behind\n",
          "COPY seen FROM stdin;   \n", "SELECT 1; COPY seen FROM stdin;\n"}) {
        ScriptReport const report = scan(head + "1\n;'$$\n\\.\n" + kEnd);
        ASSERT_EQ(report.tables.size(), 1U) << head;
        EXPECT_EQ(report.tables[0].name, "seen");
        EXPECT_EQ(report.tables[0].rows.rows, 2U) << head;
        EXPECT_THAT(report.problems, IsEmpty()) << head;
    }
}

TEST(ScriptScanner, KnowsStatementsThatAreNoCopyIn) {
    for (std::string const statement :
         {"COPY a TO stdout;\n", "COPY (SELECT 1 FROM stdin) TO stdout;\n",
          "COPY a FROM '/stdin';\n", "COPY a (\"from\") TO PROGRAM 'x';\n",
          "SELECT 1 FROM stdin;\n", "COMMENT ON copy IS 'x';\n"}) {
        EXPECT_THAT(scan(statement + kEnd).tables, IsEmpty()) << statement;
    }
}

TEST(ScriptScanner, TakesNothingInARowForTheEndOfData) {
    ScriptReport const report =
        scan(copy("a", "\\.x\n\\\\.\n \\.\n\n\\\nCOPY b FROM stdin;\n'\n") + kEnd);
    ASSERT_EQ(report.tables.size(), 1U);
    EXPECT_EQ(report.tables[0].rows.rows, 7U);
    EXPECT_THAT(report.problems, IsEmpty());
}

TEST(ScriptScanner, HashesRowsOfACrlfScriptWithoutTheirCr) {
    ScriptReport const report =
        scan("COPY a FROM stdin;\r\n1\tx\r\n2\r\n\\.\r\n\r\n-- pgkeep: {}\r\n"
             "--\r\n-- PostgreSQL database dump complete\r\n--\r\n");
    ASSERT_EQ(report.tables.size(), 1U);
    EXPECT_EQ(report.tables[0].rows, digest({"1\tx", "2"}));
    EXPECT_EQ(report.manifest, "-- pgkeep: {}\n");
    EXPECT_TRUE(report.says_complete);
    EXPECT_THAT(report.problems, IsEmpty());
}

TEST(ScriptScanner, HashesACrThatStandsInARowOfAnotherScript) {
    ScriptReport const report = scan(copy("a", "1\r\n") + kEnd);
    EXPECT_EQ(report.tables.at(0).rows, digest({"1\r"}));
}

TEST(ScriptScanner, HashesALongRowAsAShortOne) {
    std::string const row(5'000'001, 'x');
    for (std::string const end : {"\n", "\r\n"}) {
        std::string script = "COPY a FROM stdin;" + end;
        script += row + end;
        script += "y" + end;
        script += "\\." + end;
        script += kEnd;
        for (std::size_t const piece : {std::size_t{4099}, std::size_t{1} << 20, script.size()}) {
            ScriptReport const report = scan(script, piece);
            EXPECT_EQ(report.tables.at(0).rows, digest({row, "y"})) << piece;
            EXPECT_THAT(report.problems, IsEmpty());
        }
    }
}

TEST(ScriptScanner, ReportsOpenCopyData) {
    std::string const script = "SELECT 1;\n\nCOPY public.a FROM stdin;\n1\n2\n3";
    ScriptReport const report = scan(script);
    EXPECT_THAT(report.problems,
                ElementsAre("line 3: the COPY data of public.a begins here and has "
                            "no end; the script is cut in row 3 of it"));
    EXPECT_FALSE(report.says_complete);
    EXPECT_EQ(report.tables.at(0).rows.rows, 2U);
}

TEST(ScriptScanner, TakesADumpCompleteLineInDataForARow) {
    ScriptReport const report = scan(std::string{"COPY a FROM stdin;\n1\n"} + kEnd);
    EXPECT_FALSE(report.says_complete);
    EXPECT_THAT(report.problems, ElementsAre(HasSubstr("line 1: the COPY data of a")));
}

TEST(ScriptScanner, ReportsACutBehindTheCopyStatement) {
    for (std::string const script : {"COPY a FROM stdin;", "COPY a FROM stdin;\n"}) {
        EXPECT_THAT(scan(script).problems,
                    ElementsAre("line 1: the COPY data of a begins here and has no end; the script "
                                "is cut in row 1 of it"));
    }
}

TEST(ScriptScanner, AcceptsTheEndOfDataWithoutItsNewline) {
    ScriptReport const report = scan("COPY a FROM stdin;\n1\n\\.");
    EXPECT_EQ(report.tables.at(0).rows.rows, 1U);
    EXPECT_THAT(report.problems,
                ElementsAre(HasSubstr(
                    "ends here, without the line `-- PostgreSQL database dump complete`")));
}

TEST(ScriptScanner, ReportsEveryOpenConstruct) {
    std::string const end = " begins here and has no end; the script is cut";
    auto const problem = [](std::string const &script) { return scan("\n" + script).problems; };
    EXPECT_THAT(problem("SELECT 1"), ElementsAre("line 2: a statement" + end));
    EXPECT_THAT(problem("SELECT (1;\n"), ElementsAre("line 2: a statement" + end));
    EXPECT_THAT(problem("SELECT 'a\n\n"),
                ElementsAre("line 2: a statement with an open quoted string" + end));
    EXPECT_THAT(problem("SELECT E'a\\"),
                ElementsAre("line 2: a statement with an open quoted string" + end));
    EXPECT_THAT(problem("SELECT \"a"),
                ElementsAre("line 2: a statement with an open quoted name" + end));
    EXPECT_THAT(problem("SELECT $a$ $"),
                ElementsAre("line 2: a statement with an open dollar quote" + end));
    EXPECT_THAT(problem("SELECT /* a"),
                ElementsAre("line 2: a statement with an open comment" + end));
    EXPECT_THAT(problem("\n/* a\n"), ElementsAre("line 3: a comment" + end));
}

TEST(ScriptScanner, ReportsAMissingClosingLine) {
    ScriptReport const report = scan("SELECT 1;\nSELECT 2;\n");
    EXPECT_FALSE(report.says_complete);
    EXPECT_THAT(report.problems, ElementsAre("line 2: the script ends here, without the line `-- "
                                             "PostgreSQL database dump complete`"));
    EXPECT_EQ(scan("").problems.size(), 1U);
}

TEST(ScriptScanner, TakesAClosingLineWithStatementsBehindItForNone) {
    EXPECT_FALSE(scan(std::string{kEnd} + "SELECT 1;\n").says_complete);
    EXPECT_FALSE(scan(std::string{kEnd} + "SELECT").says_complete);
    EXPECT_FALSE(scan(std::string{kEnd} + "\\connect x\n").says_complete);
    EXPECT_TRUE(
        scan(std::string{"SELECT 1;\n"} + kEnd + "\n-- more\n/* and more */\n").says_complete);
}

TEST(ScriptScanner, TakesAClosingLineInsideAStatementForAComment) {
    EXPECT_FALSE(scan("SELECT '\n-- PostgreSQL database dump complete\n';\n").says_complete);
    EXPECT_FALSE(scan("SELECT 1\n-- PostgreSQL database dump complete\n;\n").says_complete);
}

TEST(ScriptScanner, NeedsTheClosingLineOfTheClusterInACluster) {
    std::string const cluster = "--\n-- PostgreSQL database cluster dump\n--\n\n";
    ScriptReport const cut = scan(cluster + "\\connect a\n" + kEnd);
    EXPECT_FALSE(cut.says_complete);
    EXPECT_THAT(
        cut.problems,
        ElementsAre(HasSubstr("without the line `-- PostgreSQL database cluster dump complete`")));
    EXPECT_TRUE(
        scan(cluster + "\\connect a\n" + kEnd + "-- PostgreSQL database cluster dump complete\n")
            .says_complete);
}

TEST(ScriptScanner, KeepsTablesOfDifferentDatabasesApart) {
    ScriptReport const report = scan("\\connect a\n" + copy("public.t", "1\n") + "\\connect b\n" +
                                     copy("public.t", "1\n2\n") + kEnd);
    ASSERT_EQ(report.tables.size(), 2U);
    EXPECT_EQ(report.tables[0].rows.rows, 1U);
    EXPECT_EQ(report.tables[1].rows.rows, 2U);
}

TEST(ScriptScanner, AcceptsRestrictWithItsKeyBehindTheClosingLine) {
    ScriptReport const report =
        scan(std::string{"\\restrict aB3\n\nSELECT 1;\n"} + kEnd + "\\unrestrict aB3\n\n");
    EXPECT_TRUE(report.says_complete);
    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_THAT(report.meta_commands, IsEmpty());
}

TEST(ScriptScanner, ReportsRestrictWithoutItsEnd) {
    EXPECT_THAT(scan(std::string{"\n\\restrict aB3\nSELECT 1;\n"} + kEnd).problems,
                ElementsAre("line 2: \\restrict has no \\unrestrict; the script is cut"));
    EXPECT_THAT(scan(std::string{"\\restrict a\n\\unrestrict b\n\\unrestrict a\n"} + kEnd).problems,
                ElementsAre("line 2: \\unrestrict without a \\restrict of the same key"));
}

TEST(ScriptScanner, ReportsCommandsThatPsqlRefusesInsideRestrict) {
    ScriptReport const report =
        scan(std::string{"\\restrict a\n\\! rm -r x\n\\unrestrict a\n\\connect y\n"} + kEnd);
    EXPECT_THAT(report.problems,
                ElementsAre("line 2: \\! inside \\restrict, where psql refuses it"));
    EXPECT_THAT(report.meta_commands, ElementsAre("line 2: \\!", "line 4: \\connect"));
}

TEST(ScriptScanner, ListsPsqlCommandsWithTheirLines) {
    ScriptReport const report = scan("\\connect a\nSELECT 1 \\gset\nSELECT 2 \\; SELECT ';';\n"
                                     "INSERT INTO t VALUES ('\n\\! no command\n');\n\\! ls '\n" +
                                     copy("a", "\\! a row\n") + kEnd);
    EXPECT_THAT(report.meta_commands,
                ElementsAre("line 1: \\connect", "line 2: \\gset", "line 7: \\!"));
    EXPECT_THAT(report.problems, IsEmpty());
}

TEST(ScriptScanner, UnderstandsDataBehindACopyCommand) {
    ScriptReport const report = scan(std::string{"\\copy seen (a) from stdin\n1\n\\.\n"} + kEnd);
    ASSERT_EQ(report.tables.size(), 1U);
    EXPECT_EQ(report.tables[0].name, "seen");
    EXPECT_EQ(report.tables[0].rows.rows, 1U);
    EXPECT_THAT(scan(std::string{"\\copy a from 'stdin'\n\\copy a to stdout\n"} + kEnd).tables,
                IsEmpty());
}

TEST(ScriptScanner, ReportsAnEndOfDataWithoutData) {
    EXPECT_THAT(scan(std::string{"SELECT 1;\n1\tx\n\\.\n;\n"} + kEnd).problems,
                ElementsAre("line 3: `\\.` outside of COPY data"));
}

TEST(ScriptScanner, ReportsZeroBytes) {
    std::string const zero(1, '\0');
    EXPECT_THAT(
        scan("SELECT 1;\nSELECT 2;\n" + zero + kEnd).problems,
        Contains("line 3: a zero byte; the script is in UTF-16, or was not written to its end"));
    EXPECT_THAT(scan(copy("a", "1\n2" + zero + "\n") + kEnd, 7).problems,
                ElementsAre(HasSubstr("line 3: a zero byte")));
}

TEST(ScriptScanner, CollectsManifestLinesOnlyFromTheFirstColumnOutsideOfStatements) {
    std::string const bait = "\n-- pgkeep: bait\n";
    ScriptReport const report = scan("SELECT 1" + bait + ";SELECT '" + bait +
                                     "';\n  -- pgkeep: bait\n" + copy("a", "-- pgkeep: bait\n") +
                                     "-- pgkeep: {\"a\":1}\n-- pgkeep: {\"b\":2}\n" + kEnd);
    EXPECT_EQ(report.manifest, "-- pgkeep: {\"a\":1}\n-- pgkeep: {\"b\":2}\n");
    EXPECT_TRUE(report.says_complete);
}

TEST(ScriptScanner, CollectsSequencesAndLargeObjects) {
    std::string const data = "some bytes";
    std::string const line = large_object_line(16400, 0, as_bytes(data));
    ScriptReport const report =
        scan("BEGIN;\n" + line +
             "COMMIT;\n\nSELECT pg_catalog.setval('\"a\".\"it''s;\n\"', 3, false);\n" +
             "SELECT pg_catalog.set_config('search_path', '', false);\n" + kEnd);
    EXPECT_EQ(report.large_objects, digest({std::string_view{line}.substr(0, line.size() - 1)}));
    EXPECT_THAT(report.setvals,
                ElementsAre("SELECT pg_catalog.setval('\"a\".\"it''s;\n\"', 3, false);"));
}

} // namespace
} // namespace pgkeep
