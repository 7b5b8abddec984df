#include "restore/foreign_script.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pgkeep {
namespace {

using testing::ElementsAre;

// What the splitter reports, a text each.
class Recorder final : public ScriptParts {
public:
    void statement(std::string_view text, std::uint64_t line) override {
        add("statement", line, text);
    }
    void comment(std::string_view text) override { add("comment", 0, text); }
    void command(std::string_view text, std::uint64_t line, bool alone) override {
        add(alone ? "command" : "command inside", line, text);
    }
    void copy_begin(std::string_view text, std::uint64_t line) override {
        add("copy", line, text);
        data_.clear();
    }
    void copy_data(std::string_view data) override { data_ += data; }
    void copy_end(std::uint64_t rows) override { add("rows", rows, data_); }

    std::vector<std::string> parts;

private:
    void add(std::string const &what, std::uint64_t number, std::string_view text) {
        parts.push_back(what + " " + std::to_string(number) + ": " + std::string{text});
    }
    std::string data_;
};

std::vector<std::string> split(std::string_view script, std::size_t piece) {
    Recorder recorder;
    ScriptSplitter splitter{recorder};
    for (std::size_t at = 0; at < script.size(); at += piece) {
        splitter.add(script.substr(at, piece));
    }
    splitter.finish();
    return recorder.parts;
}

std::vector<std::string> split(std::string_view script) {
    return split(script, script.size());
}

TEST(ScriptSplitter, GivesWholeStatementsWithTheirLines) {
    EXPECT_THAT(split("SELECT\n 1;\n\n-- note\nSELECT 2; SELECT 3;\n"),
                ElementsAre("statement 1: SELECT\n 1;", "comment 0: -- note",
                            "statement 5: SELECT 2;", "statement 5: SELECT 3;"));
}

TEST(ScriptSplitter, LeavesOutCommentsAndSemicolonsInFrontOfAStatement) {
    EXPECT_THAT(split(";; /* x; */ -- y\n ; SELECT 1;\n"), ElementsAre("statement 2: SELECT 1;"));
}

TEST(ScriptSplitter, GivesTheRowsOfCopyWithoutTheirEnd) {
    EXPECT_THAT(split("COPY a (x) FROM stdin;\n1\n\\\\.\n\\.\nSELECT 1;\n"),
                ElementsAre("copy 1: COPY a (x) FROM stdin;", "rows 2: 1\n\\\\.\n",
                            "statement 5: SELECT 1;"));
}

TEST(ScriptSplitter, NeverEndsCopyDataAtTheEndOfTheText) {
    EXPECT_THAT(split("COPY a (x) FROM stdin;\n1\n2\n"),
                ElementsAre("copy 1: COPY a (x) FROM stdin;"));
    EXPECT_THAT(split("COPY a (x) FROM stdin;\n1\n\\"),
                ElementsAre("copy 1: COPY a (x) FROM stdin;"));
}

TEST(ScriptSplitter, TakesTheLastLineWithoutItsNewline) {
    EXPECT_THAT(split("COPY a (x) FROM stdin;\n1\n\\."),
                ElementsAre("copy 1: COPY a (x) FROM stdin;", "rows 1: 1\n"));
    EXPECT_THAT(split("-- end"), ElementsAre("comment 0: -- end"));
}

TEST(ScriptSplitter, TakesTheCarriageReturnsOfLineEndsFromRows) {
    EXPECT_THAT(
        split("COPY a (x) FROM stdin;\r\n1\r\n\r\n\\.\r\nSELECT 1;\r\n"),
        ElementsAre("copy 1: COPY a (x) FROM stdin;", "rows 2: 1\n\n", "statement 5: SELECT 1;"));
}

TEST(ScriptSplitter, KeepsACarriageReturnThatIsDataWhereLinesEndInNewline) {
    EXPECT_THAT(split("COPY a (x) FROM stdin;\n1\r\n\\.\n"),
                ElementsAre("copy 1: COPY a (x) FROM stdin;", "rows 1: 1\r\n"));
}

TEST(ScriptSplitter, PassesOverAByteOrderMark) {
    EXPECT_THAT(split("\xef\xbb\xbfSELECT 1;\n"), ElementsAre("statement 1: SELECT 1;"));
}

TEST(ScriptSplitter, SaysWhetherACommandStandsAlone) {
    EXPECT_THAT(split("\\connect app\nSELECT 1 \\g x\n"),
                ElementsAre("command 1: connect app", "command inside 2: g x"));
}

TEST(ScriptSplitter, FollowsBackslashesInStringsWhenTheScriptAsksForThem) {
    EXPECT_THAT(split("SET standard_conforming_strings = off;\nSELECT 'a\\'; b';\n"),
                ElementsAre("statement 1: SET standard_conforming_strings = off;",
                            "statement 2: SELECT 'a\\'; b';"));
}

TEST(ScriptSplitter, RefusesWhatFollowsACopyStatementOnItsLine) {
    EXPECT_ANY_THROW(static_cast<void>(split("COPY a FROM stdin; SELECT 1;\n1\n\\.\n")));
}

TEST(ScriptSplitter, EndsACommentLineAtACarriageReturn) {
    EXPECT_THAT(split("SELECT 1 --x\r; SELECT 2;\n;\n"),
                ElementsAre("statement 1: SELECT 1 --x\r;", "statement 1: SELECT 2;"));
    EXPECT_THAT(split("-- x\rSELECT 1;\n"),
                ElementsAre("comment 0: -- x", "statement 1: SELECT 1;"));
    EXPECT_THAT(split("/* */ -- x\r SELECT 1;\n"), ElementsAre("statement 1: SELECT 1;"));
    EXPECT_THAT(split("COPY a --x\rFROM stdin;\n\\.\n"),
                ElementsAre("copy 1: COPY a --x\rFROM stdin;", "rows 0: "));
}

TEST(ScriptSplitter, ContinuesALiteralBehindACarriageReturn) {
    EXPECT_THAT(split("SELECT E'a'\r'\\''; SELECT 2;\n"),
                ElementsAre("statement 1: SELECT E'a'\r'\\'';", "statement 1: SELECT 2;"));
    EXPECT_THAT(split("SELECT E'a' /* */\n'\\'; SELECT 2;\n"),
                ElementsAre("statement 1: SELECT E'a' /* */\n'\\';", "statement 2: SELECT 2;"));
}

TEST(ScriptSplitter, TakesOnlyTheBodyOfARoutineForOne) {
    EXPECT_THAT(split("CREATE FUNCTION begin(atomic int) AS 'x';\nSELECT 1 AS end;\n"),
                ElementsAre("statement 1: CREATE FUNCTION begin(atomic int) AS 'x';",
                            "statement 2: SELECT 1 AS end;"));
    for (std::string const body :
         {"SELECT 1 AS case; END;", "SELECT 1 AS end; SELECT 2; END;", "SELECT t.case; END;",
          "SELECT (SELECT CASE WHEN a THEN 1 END), CASE WHEN b THEN 2 END; END;"}) {
        std::string const routine = "CREATE PROCEDURE p() BEGIN /* */ ATOMIC " + body;
        EXPECT_THAT(split(routine + "\nSELECT 1;\n"),
                    ElementsAre("statement 1: " + routine, "statement 2: SELECT 1;"));
    }
    for (std::string const head : {"begin.atomic", "begin \"x\" atomic", "begin + atomic"}) {
        std::string const routine = "CREATE FUNCTION " + head + ";";
        EXPECT_THAT(split(routine + " SELECT 1;"),
                    ElementsAre("statement 1: " + routine, "statement 1: SELECT 1;"));
    }
}

TEST(ScriptSplitter, SaysTheSameWhateverTheSizeOfThePieces) {
    std::string script = "\xef\xbb\xbf-- c\nSELECT $x$ ; \\! $x$;\nCOPY \"a;b\" FROM stdin;\n"
                         "1\\\\.\n\\N\n\n\\.\nSELECT 'x';\n\\connect y\n";
    auto const whole = split(script);
    for (std::size_t piece = 1; piece < 12; ++piece) {
        EXPECT_EQ(split(script, piece), whole) << piece;
    }
    std::string crlf;
    for (char const c : script) {
        crlf += c == '\n' ? std::string{"\r\n"} : std::string{c};
    }
    auto const whole_crlf = split(crlf);
    for (std::size_t piece = 1; piece < 12; ++piece) {
        EXPECT_EQ(split(crlf, piece), whole_crlf) << piece;
    }
}

TEST(ScriptSplitter, HandsOnARowOfManyPieces) {
    std::string const row(300'000, 'x');
    auto const parts = split("COPY a FROM stdin;\n" + row + "\n\\.\n", 1000);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[1], "rows 1: " + row + "\n");
}

} // namespace
} // namespace pgkeep
