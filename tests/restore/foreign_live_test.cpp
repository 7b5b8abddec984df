// Scripts of other times and programs, and what they must never do.

#include "pg/restore_catalog.hpp"
#include "restore/foreign_live_fixture.hpp"
#include "restore/foreign_runner.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ForeignLive, RestoresAScriptOfPgDump96) {
    std::string const database = fill(script(foreign_script("pg_dump_9.6.sql")));
    EXPECT_EQ(query_sql(database, "SELECT id, \"Full Name\" FROM public.users ORDER BY 1"),
              "1|Ada\n2|Grace\n3|");
    EXPECT_EQ(query_sql(database, "SELECT \"Full Name\" FROM \"Side\".users"), "Edith");
    EXPECT_EQ(query_sql(database, "SELECT nextval('public.users_id_seq')"), "4");
    EXPECT_EQ(description_, "restore the script script_1.sql (pg_dump 9.6.24 of a server 9.6.24), "
                            "2 tables with 4 rows");
}

TEST_F(ForeignLive, RestoresAScriptOfANewerPgDump) {
    std::string const path = script(foreign_script("pg_dump_18.sql"));
    std::string const database = fill(path);
    EXPECT_EQ(query_sql(database, "SELECT string_agg(line, ',' ORDER BY id) FROM public.lines"),
              "\\! touch somewhere,\\.,DROP DATABASE postgres;,"
              "-- PostgreSQL database dump complete,"
              "COPY public.lines (id, line) FROM stdin;,");
    EXPECT_EQ(query_sql(database, "SELECT public.shout(line) FROM public.parted_1 ORDER BY id"),
              "ONE\nTWO");
    std::vector<std::string> const warnings = obstacles_of(path).warnings;
    EXPECT_THAT(warnings, Contains(HasSubstr("the setting transaction_timeout")));
    EXPECT_THAT(warnings, Contains(HasSubstr("of a server 18.1, newer than this one")));
}

TEST_F(ForeignLive, RestoresLinesThatEndInCarriageReturnAndNewline) {
    std::string const text =
        "\xef\xbb\xbf" + replace_all(foreign_script("pg_dump_9.6.sql"), "\n", "\r\n");
    EXPECT_EQ(query_sql(fill(script(text)), "SELECT \"Full Name\" || '.' FROM users WHERE id < 3"),
              "Ada.\nGrace.");
}

TEST_F(ForeignLive, RestoresBackslashesInStrings) {
    std::string const database = fill(script(foreign_script("backslashes.sql")));
    EXPECT_EQ(query_sql(database, "SELECT line FROM quoted ORDER BY line COLLATE \"C\""),
              "from copy\nit's; \\! not a command\nplain");
}

TEST_F(ForeignLive, RestoresBackslashesBetweenInserts) {
    std::string const database = fill(script(dump_with(
        "CREATE TABLE public.a (x text);\nINSERT INTO public.a VALUES ('\\');\n"
        "SET standard_conforming_strings = off;\nSET escape_string_warning = off;\n"
        "INSERT INTO public.a VALUES ('\\'; x');\nSET standard_conforming_strings = on;\n")));
    EXPECT_EQ(query_sql(database, "SELECT string_agg(x, ' ' ORDER BY x DESC) FROM public.a"),
              "\\ '; x");
}

TEST_F(ForeignLive, NeverActsOnADatabaseThatTheScriptNames) {
    run_sql("postgres", "CREATE DATABASE foreign_live");
    run_sql("foreign_live", "CREATE TABLE precious AS SELECT 42 AS answer");
    std::string const path = script(foreign_script("pg_dump_create.sql"));
    std::string const database = fill(path);
    EXPECT_EQ(query_sql(database, "SELECT count(*) FROM public.things"), "2");
    EXPECT_EQ(query_sql("foreign_live", "SELECT answer FROM precious"), "42");
    EXPECT_EQ(query_sql("foreign_live", "SELECT count(*) FROM pg_db_role_setting s JOIN "
                                        "pg_database d ON d.oid = s.setdatabase "
                                        "WHERE datname = 'foreign_live'"),
              "0");
    Obstacles const obstacles = obstacles_of(path);
    EXPECT_THAT(obstacles.list, IsEmpty()); // the role of the database is not asked for
    EXPECT_THAT(obstacles.warnings, Contains(HasSubstr("7 statements about the database itself")));
    run_sql("postgres", "DROP DATABASE foreign_live");
}

TEST_F(ForeignLive, LeavesOutThePartThatCleans) {
    std::string const database = fill(script(foreign_script("pg_dump_clean.sql")));
    EXPECT_EQ(query_sql(database, "SELECT id FROM public.summary"), "5");
    EXPECT_EQ(query_sql(database, "SELECT convert_from(lo_get(4711), 'UTF8')"), "hi");
}

TEST_F(ForeignLive, NeverRunsAPsqlCommand) {
    std::string const planted = folder_.file("planted");
    for (std::string const &line :
         {"\\! touch " + planted, "SELECT 1 \\g |touch " + planted, "\\o |touch " + planted,
          "SELECT 1;\\! touch " + planted,
          "\\connect x `touch " + planted + "`\n\\! touch " + planted,
          "COPY t FROM PROGRAM 'touch " + planted + "';",
          "/* */ ; COPY (SELECT 1) TO PROGRAM 'touch " + planted + "';"}) {
        Error const error = error_of([&] { fill(script(dump_with(line + "\n"))); });
        EXPECT_THAT(error.what(), HasSubstr("never run")) << line;
    }
    EXPECT_FALSE(std::filesystem::exists(planted));
}

TEST_F(ForeignLive, NamesTheLineOfAStatementThatFails) {
    std::string const path = script(
        dump_with("CREATE TABLE public.a (x integer);\n\nCREATE TABLE public.b (x nonsense);\n"));
    Error const error = error_of([&] { fill(path); });
    EXPECT_EQ(std::string{error.what()},
              "line 8 of " + path +
                  ": CREATE TABLE public.b (x nonsense);: type \"nonsense\" does not exist");
}

TEST_F(ForeignLive, NamesTheLineOfAnInsertThatFailsAmongMany) {
    std::string inserts = "CREATE TABLE public.a (x integer PRIMARY KEY);\n";
    for (int i = 0; i < 1000; ++i) {
        inserts += "INSERT INTO public.a VALUES (" + std::to_string(i == 700 ? 3 : i) + ");\n";
    }
    Error const error = error_of([&] { fill(script(dump_with(inserts))); });
    EXPECT_THAT(error.what(), HasSubstr("line 707 of "));
    EXPECT_THAT(error.what(), HasSubstr("duplicate key"));
}

TEST_F(ForeignLive, NamesTheLineOfAnInsertThatFailsInATransaction) {
    std::string const path = script(dump_with("CREATE TABLE public.a (x integer PRIMARY KEY);\n"
                                              "INSERT INTO public.a VALUES (1);\n"
                                              "INSERT INTO public.a VALUES (2);\n"
                                              "INSERT INTO public.a VALUES (1);\n"
                                              "INSERT INTO public.a VALUES (3);\n"));
    NoProgress progress;
    ScriptContent content{path, options(), {}, progress};
    std::string const database = create_database("foreign", "TEMPLATE template0");
    Connection connection = Sessions{options(), {}}.inside(database, "test", {});
    connection.execute("BEGIN");
    Error const error =
        error_of([&] { content.fill_in_transaction(connection, progress, [](RestoreStep) {}); });
    EXPECT_THAT(error.what(), HasSubstr("line 9 of "));
    EXPECT_TRUE(connection.usable());
}

TEST_F(ForeignLive, SaysWhatToDoAboutAStatementThatFails) {
    Error const error = error_of([&] { fill(script(dump_with("SELECT 1/0;\n"))); });
    EXPECT_THAT(error.what(), HasSubstr("line 6 of "));
    EXPECT_THAT(error.what(), HasSubstr("SELECT 1/0;: division by zero"));
    EXPECT_THAT(error.hint(), HasSubstr("in the script"));
}

TEST_F(ForeignLive, NamesTheLineOfCopyDataThatTheServerRefuses) {
    std::string const path = script(dump_with("CREATE TABLE public.a (x integer);\n"
                                              "COPY public.a (x) FROM stdin;\n1\nnonsense\n\\.\n"));
    Error const error = error_of([&] { fill(path); });
    EXPECT_THAT(error.what(), HasSubstr("line 7 of "));
    EXPECT_THAT(error.hint(), HasSubstr("line 2"));
}

TEST_F(ForeignLive, NoticesRowsThatTheServerDropped) {
    std::string const path = script(dump_with(
        "CREATE TABLE public.a (x integer);\n"
        "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; "
        "END$$;\n"
        "CREATE TRIGGER t BEFORE INSERT ON public.a FOR EACH ROW EXECUTE FUNCTION public.f();\n"
        "COPY public.a (x) FROM stdin;\n1\n2\n\\.\n"));
    Error const error = error_of([&] { fill(path); });
    EXPECT_EQ(error.kind(), ErrorKind::differs);
    EXPECT_THAT(error.what(), HasSubstr("has 2 rows, of which the server took 0"));
}

TEST_F(ForeignLive, NoticesAScriptThatChangedMeanwhile) {
    std::string const path = script(dump_with("CREATE TABLE public.a ();\n"));
    NoProgress progress;
    ScriptContent content{path, options(), {}, progress};
    write_whole_file(path, dump_with("CREATE TABLE public.b ();\n"));
    std::string const database = create_database("foreign", "TEMPLATE template0");
    Sessions const sessions{options(), {}};
    Error const error = error_of([&] {
        content.fill({sessions, database, 1, {}}, progress, [](RestoreStep) {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.what(), HasSubstr("was changed while it was being restored"));
}

TEST_F(ForeignLive, FillsInsideATransactionAndLeavesItOpen) {
    std::string const path = script(foreign_script("pg_dump_clean.sql"));
    NoProgress progress;
    ScriptContent content{path, options(), {}, progress};
    std::string const database = create_database("foreign", "TEMPLATE template0");
    Connection connection = Sessions{options(), {}}.inside(database, "test", {});
    connection.execute("BEGIN");
    content.fill_in_transaction(connection, progress, [](RestoreStep) {});
    EXPECT_TRUE(connection.in_transaction());
    EXPECT_EQ(connection.query_row("SHOW search_path").str(0, 0), "\"\"");
    EXPECT_EQ(query_sql(database, "SELECT to_regclass('public.things') IS NULL"), "t");
    connection.execute("COMMIT");
    EXPECT_EQ(query_sql(database, "SELECT id FROM public.things"), "5");
}

TEST_F(ForeignLive, SaysEverythingThatTheServerLacks) {
    std::string const path = script(dump_with("CREATE EXTENSION IF NOT EXISTS no_such_one;\n"
                                              "SET default_tablespace = no_such_space;\n"
                                              "CREATE TABLE public.a ();\n"
                                              "ALTER TABLE public.a OWNER TO no_such_role;\n"));
    std::string all;
    for (Obstacle const &obstacle : obstacles_of(path).list) {
        all += obstacle.text + "\n";
    }
    EXPECT_THAT(all, HasSubstr("extension \"no_such_one\" is not available"));
    EXPECT_THAT(all, HasSubstr("tablespace \"no_such_space\" does not exist"));
    EXPECT_THAT(all, HasSubstr("\"no_such_role\" does not exist"));
}

TEST_F(ForeignLive, DoesWithoutRolesAndTablespacesWhenTold) {
    std::string const path = script(dump_with("SET default_tablespace = no_such_space;\n"
                                              "CREATE TABLE public.a ();\n"
                                              "ALTER TABLE public.a OWNER TO no_such_role;\n"
                                              "GRANT SELECT ON TABLE public.a TO no_such_role;\n"));
    RestoreOptions without = options();
    without.no_owner = true;
    without.no_privileges = true;
    without.no_tablespaces = true;
    EXPECT_THAT(obstacles_of(path, without).list, IsEmpty());
    EXPECT_EQ(query_sql(fill(path, without), "SELECT count(*) FROM public.a"), "0");
}

TEST_F(ForeignLive, LeavesOutOnlySettingsThatDoNotMatter) {
    std::string const database =
        fill(script(dump_with("SET TIME ZONE 'Asia/Tokyo';\nSET app.mode = 'x';\n"
                              "CREATE TABLE public.a AS SELECT timestamptz '2026-01-01 09:00' AS t,"
                              " current_setting('app.mode') AS mode;\n")));
    EXPECT_EQ(query_sql(database, "SELECT t AT TIME ZONE 'UTC', mode FROM public.a"),
              "2026-01-01 00:00:00|x");
    Error const error = error_of([&] { fill(script(dump_with("SET no_such_setting = 1;\n"))); });
    EXPECT_THAT(error.what(), HasSubstr("line 6 of "));
}

TEST_F(ForeignLive, RestoresAsARoleThatOwnsNothingElse) {
    run_sql("postgres", "CREATE ROLE foreign_plain");
    RestoreOptions plain = options();
    plain.role = "foreign_plain";
    NoProgress progress;
    ScriptContent content{script(foreign_script("pg_dump_9.6.sql")), plain, {}, progress};
    std::string const database =
        create_database("foreign", "TEMPLATE template0 OWNER foreign_plain");
    Sessions const sessions{plain, {}};
    content.fill({sessions, database, 1, {}}, progress, [](RestoreStep) {});
    EXPECT_EQ(query_sql(database, "SELECT tableowner FROM pg_tables WHERE schemaname = 'public'"),
              "foreign_plain");
}

TEST_F(ForeignLive, RefusesToChooseParts) {
    RestoreOptions part = options();
    part.part.tables = {"a"};
    std::string const path = script(dump_with("CREATE TABLE public.a ();\n"));
    EXPECT_EQ(error_of([&] { fill(path, part); }).kind(), ErrorKind::usage);
}

TEST_F(ForeignLive, RefusesFilesThatAreNoScript) {
    EXPECT_EQ(error_of([&] { fill(script("")); }).kind(), ErrorKind::damaged);
    EXPECT_THAT(error_of([&] { fill(script("PK\x03\x04 and so on")); }).what(), HasSubstr("zip"));
    EXPECT_THAT(error_of([&] { fill(folder_.path()); }).what(), HasSubstr("toc.dat"));
    std::string const packed = folder_.file("packed.gz");
    ASSERT_EQ(run_shell("pg_dump -Fc postgres | gzip > \"$1\"", {packed}).exit_code, 0);
    EXPECT_THAT(error_of([&] { fill(packed); }).hint(), HasSubstr("Decompress it"));
}

TEST_F(ForeignLive, RefusesTheOutputOfPgDumpall) {
    std::string const path = folder_.file("all.sql");
    // Without the databases of other tests: half-way on purpose, or of a name that it refuses.
    ShellResult const made = run_shell("pg_dumpall --exclude-database='*' > \"$1\"", {path});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    Error const error = error_of([&] { fill(path); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("as pg_dumpall writes it"));
}

TEST_F(ForeignLive, RestoresAScriptInAnotherEncoding) {
    std::string const latin = create_database("latin", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE "
                                                       "'C' TEMPLATE template0");
    run_sql(latin, "CREATE TABLE public.words AS SELECT chr(233) || 't' || chr(233) AS word");
    std::string const path = folder_.file("latin.sql");
    ASSERT_EQ(run_shell("pg_dump \"$1\" > \"$2\"", {latin, path}).exit_code, 0);
    EXPECT_EQ(query_sql(fill(path), "SELECT word = U&'\\00e9t\\00e9' FROM public.words"), "t");
}

TEST_F(ForeignLive, StopsWhenTheTokenFires) {
    std::string const path = script(dump_with("SELECT pg_catalog.pg_sleep(60);\n"));
    NoProgress progress;
    ScriptContent content{path, options(), {}, progress};
    std::string const database = create_database("foreign", "TEMPLATE template0");
    Sessions const sessions{options(), {}};
    std::stop_source stop;
    std::jthread const killer{[&] {
        run_sql(database, "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE "
                          "wait_event = 'PgSleep') LOOP PERFORM pg_stat_clear_snapshot(); END "
                          "LOOP; END $$");
        stop.request_stop();
    }};
    Error const error = error_of([&] {
        content.fill({sessions, database, 1, stop.get_token()}, progress, [](RestoreStep) {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
}

} // namespace
} // namespace pgkeep
