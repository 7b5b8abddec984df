// Scripts that were made so that we and the server disagree about where a statement ends. Whatever
// becomes of them, the statement that hides in another one never runs.

#include "restore/foreign_live_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class ForeignHostile : public ForeignLive {
protected:
    // The server may belong to another user. Shows that it can plant the file.
    void SetUp() override {
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
        run_sql("postgres", "CREATE TEMPORARY TABLE t (a text); " + planting() + ";");
        ASSERT_TRUE(std::filesystem::exists(planted()));
        std::filesystem::remove(planted());
    }

    [[nodiscard]] std::string planted() const { return folder_.file("planted"); }
    [[nodiscard]] std::string planting() const {
        return "COPY t FROM PROGRAM $$touch " + planted() + "$$";
    }

    // Fills a database with the script, in which RUN stands for a statement that plants a file.
    // Returns the error, if any.
    std::optional<Error> try_to_plant(std::string const &hostile) {
        std::string const body =
            "CREATE TABLE public.t (a text);\nSET search_path = public;\n" + hostile;
        std::optional<Error> error;
        try {
            fill(script(dump_with(replace_all(body, "RUN", planting()))));
        } catch (Error const &caught) {
            error = caught;
        }
        EXPECT_FALSE(std::filesystem::remove(planted())) << hostile;
        return error;
    }
};

TEST_F(ForeignHostile, NeverRunsWhatHidesBehindAFunctionNamedBegin) {
    auto const error = try_to_plant("CREATE FUNCTION begin(atomic int) RETURNS int LANGUAGE sql AS "
                                    "'select 1';\nRUN;\nSELECT 1 AS end;\n");
    ASSERT_TRUE(error);
    EXPECT_THAT(error->what(), HasSubstr("never run"));
}

TEST_F(ForeignHostile, NeverRunsWhatHidesBehindALabel) {
    for (std::string const label : {"AS case", "AS CASE", "AS /* */ case", "case"}) {
        EXPECT_TRUE(
            try_to_plant("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1 " +
                         label + "; END;\nRUN;\nselect 1 as end;\n"))
            << label;
    }
}

TEST_F(ForeignHostile, NeverRunsWhatHidesBehindACarriageReturn) {
    for (std::string const text :
         {"SELECT 1 --x\r; RUN;\n;\n", "SELECT E'a'\r'\\''; RUN; --'\n;\n", "--x\rRUN;\n;\n",
          "/* */ --x\rRUN;\n;\n", "COPY t --x\rFROM PROGRAM $$x$$; RUN;\n FROM stdin;\n\\.\n"}) {
        EXPECT_TRUE(try_to_plant(text)) << text;
    }
}

TEST_F(ForeignHostile, NeverRunsWhatHidesBehindADollarQuote) {
    EXPECT_TRUE(try_to_plant("SELECT 1$$'$$; RUN; --';\n"));
    EXPECT_TRUE(try_to_plant("INSERT INTO t SELECT 1$$'$$; RUN; --';\n"));
}

TEST_F(ForeignHostile, NeverRunsWhatHidesBehindAnEncoding) {
    for (std::string const setting :
         {"SELECT set_config('client_encoding','SJIS',false);",
          "SELECT pg_catalog.set_config('client_' || 'encoding','BIG5',false);",
          "SET \"client_encoding\"='SJIS';", "SET client_encoding = E'SJI\\123';",
          "SET client_encoding TO 'shift-jis';", "SET SESSION client_encoding = mskanji;",
          "SET NAMES 'mskanji';", "SET client_encoding = U&'SJI\\0053';",
          "INSERT INTO t SELECT set_config('client_encoding','SJIS',false);"}) {
        EXPECT_TRUE(try_to_plant(setting + "\nSELECT E'\\x95\\x5c'; RUN;--'\n;\n")) << setting;
        EXPECT_TRUE(try_to_plant(setting + "\nSELECT E'\x95\\'; RUN;--'\n;\n")) << setting;
    }
}

TEST_F(ForeignHostile, StopsWhereTheEncodingBecomesOneThatHidesQuotes) {
    auto const error = try_to_plant(
        "SELECT pg_catalog.set_config('client_' || 'encoding', 'SJIS', false);\nSELECT 2;\n");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::failed);
    EXPECT_THAT(error->what(), HasSubstr("line 8 of "));
    EXPECT_THAT(error->what(), HasSubstr("SJIS"));
}

TEST_F(ForeignHostile, RestoresBodiesWithCasesAndLabels) {
    if (query_sql("postgres", "SELECT current_setting('server_version_num')::int < 140000") ==
        "t") {
        GTEST_SKIP() << "the server has no BEGIN ATOMIC";
    }
    std::string const database = fill(script(dump_with(
        "CREATE FUNCTION public.f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC\n"
        " SELECT CASE WHEN a > 1 THEN (CASE WHEN a > 2 THEN 3 ELSE 2 END) ELSE 1 END AS case;\n"
        " SELECT a AS end;\nEND;\nCREATE TABLE public.t AS SELECT public.f(4) AS \"end\";\n")));
    EXPECT_EQ(query_sql(database, "SELECT \"end\" FROM public.t"), "4");
}

} // namespace
} // namespace pgkeep
