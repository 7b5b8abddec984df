#include "restore/foreign_statement.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Nature = StatementNature;

Nature nature(std::string_view statement) {
    return judge_statement(statement, false).nature;
}

std::string why(std::string_view statement) {
    return judge_statement(statement, false).why;
}

TEST(ForeignStatement, IsForbiddenWhenItRunsAProgram) {
    EXPECT_THAT(why("COPY t FROM PROGRAM 'touch x';"), HasSubstr("program"));
    EXPECT_THAT(why("copy t (a, b) from /* */ program 'x';"), HasSubstr("program"));
    EXPECT_THAT(why("COPY (SELECT 1) TO PROGRAM 'x';"), HasSubstr("program"));
    EXPECT_THAT(why("COPY t(program, \"to\") TO PROGRAM $$x$$;"), HasSubstr("program"));
}

TEST(ForeignStatement, IsForbiddenWhenItTouchesFilesOfTheServer) {
    EXPECT_THAT(why("COPY t FROM '/etc/passwd';"), HasSubstr("file"));
    EXPECT_THAT(why("COPY t TO E'/tmp/x';"), HasSubstr("file"));
    EXPECT_THAT(why("LOAD 'auto_explain';"), HasSubstr("library"));
    EXPECT_THAT(why("ALTER SYSTEM SET fsync = off;"), HasSubstr("configuration"));
}

TEST(ForeignStatement, IsForbiddenInAnEncodingWhoseBytesLookLikeQuotes) {
    EXPECT_THAT(why("SET client_encoding = 'SJIS';"), HasSubstr("SJIS"));
    EXPECT_THAT(why("SET NAMES 'GBK';"), HasSubstr("GBK"));
    EXPECT_THAT(why("SET \"client_encoding\" = 'shift-jis';"), HasSubstr("SJIS"));
    EXPECT_THAT(why("SET client_encoding TO mskanji;"), HasSubstr("SJIS"));
    EXPECT_THAT(why("SELECT pg_catalog.set_config('client_encoding', 'UHC', false);"),
                HasSubstr("UHC"));
    EXPECT_EQ(nature("SET client_encoding = 'LATIN1';"), Nature::setting);
    EXPECT_EQ(nature("SET client_encoding = 'utf-8';"), Nature::setting);
    EXPECT_EQ(nature("SET client_encoding TO DEFAULT;"), Nature::setting);
}

TEST(ForeignStatement, IsForbiddenWhenItHidesTheEncodingThatItSets) {
    EXPECT_THAT(why("SET client_encoding = E'SJI\\123';"), HasSubstr("in a way that no dump does"));
    EXPECT_THAT(why("SET client_encoding = E'SJIS';"), HasSubstr("in a way that no dump does"));
    EXPECT_THAT(why("SET NAMES U&'SJI\\0053';"), HasSubstr("in a way that no dump does"));
}

TEST(ForeignStatement, IsForbiddenWhenItTakesBackWhatRan) {
    EXPECT_EQ(nature("ROLLBACK;"), Nature::forbidden);
    EXPECT_EQ(nature("PREPARE TRANSACTION 'x';"), Nature::forbidden);
    EXPECT_EQ(nature("COMMIT PREPARED 'x';"), Nature::forbidden);
    EXPECT_EQ(nature("COMMIT;"), Nature::transaction);
    EXPECT_EQ(nature("BEGIN;"), Nature::transaction);
}

TEST(ForeignStatement, OfTheClusterIsRecognised) {
    for (auto const *statement :
         {"CREATE ROLE a;", "ALTER ROLE a WITH LOGIN;", "DROP USER a;", "CREATE TABLESPACE x;",
          "GRANT a TO b;", "GRANT SET ON PARAMETER work_mem TO b;",
          "GRANT ALL ON TABLESPACE x TO b;", "COMMENT ON ROLE a IS 'x';"}) {
        EXPECT_EQ(nature(statement), Nature::cluster) << statement;
    }
    EXPECT_EQ(nature("CREATE USER MAPPING FOR a SERVER s;"), Nature::create);
}

TEST(ForeignStatement, OfTheDatabaseIsRecognised) {
    for (auto const *statement :
         {"CREATE DATABASE x;", "DROP DATABASE IF EXISTS x;", "ALTER DATABASE x SET a TO b;",
          "ALTER ROLE a IN DATABASE x SET a TO b;", "GRANT ALL ON DATABASE x TO y;",
          "REVOKE CONNECT ON DATABASE x FROM PUBLIC;", "COMMENT ON DATABASE x IS 'y';",
          "SECURITY LABEL FOR p ON DATABASE x IS 'y';",
          "UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = 'x';"}) {
        EXPECT_EQ(nature(statement), Nature::database) << statement;
    }
}

TEST(ForeignStatement, ThatAnOptionLeavesOutIsRecognised) {
    EXPECT_EQ(nature("ALTER TABLE public.t OWNER TO a;"), Nature::owner);
    EXPECT_EQ(nature("ALTER FUNCTION public.owner(\"to\" text) OWNER TO a;"), Nature::owner);
    EXPECT_EQ(nature("SET SESSION AUTHORIZATION 'a';"), Nature::owner);
    EXPECT_EQ(nature("RESET SESSION AUTHORIZATION;"), Nature::owner);
    EXPECT_EQ(nature("GRANT SELECT ON TABLE t TO a;"), Nature::privileges);
    EXPECT_EQ(nature("ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b;"),
              Nature::privileges);
    EXPECT_EQ(nature("SET default_tablespace = fast;"), Nature::tablespace);
}

TEST(ForeignStatement, ThatEveryDatabaseFulfilsIsRecognised) {
    EXPECT_EQ(nature("COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL procedural language';"),
              Nature::given);
    EXPECT_EQ(nature("CREATE SCHEMA public;"), Nature::create_public);
    EXPECT_EQ(nature("DROP SCHEMA IF EXISTS public;"), Nature::drop_public);
    EXPECT_EQ(nature("CREATE SCHEMA public_too;"), Nature::create);
}

TEST(ForeignStatement, IsNotJudgedByWordsInsideQuotes) {
    EXPECT_EQ(nature("CREATE FUNCTION f() RETURNS void AS $$ COPY t FROM PROGRAM 'x' $$;"),
              Nature::create);
    EXPECT_EQ(nature("COMMENT ON TABLE t IS 'on database';"), Nature::other);
    EXPECT_EQ(nature("GRANT SELECT ON TABLE \"on\".\"database\" TO a;"), Nature::privileges);
}

TEST(ForeignStatement, NamesItsRoles) {
    auto const roles = [](std::string_view statement) {
        return needs_of_statement(statement, nature(statement), false).roles;
    };
    EXPECT_THAT(roles("ALTER TABLE t OWNER TO \"A b\";"), ElementsAre("A b"));
    EXPECT_THAT(roles("GRANT ALL ON FUNCTION f(a integer) TO Bob, PUBLIC, c WITH GRANT OPTION;"),
                ElementsAre("bob", "c"));
    EXPECT_THAT(roles("REVOKE ALL ON TABLE t FROM d;"), ElementsAre("d"));
    EXPECT_THAT(roles("REVOKE ALL ON SCHEMA public FROM PUBLIC;"), IsEmpty());
    EXPECT_THAT(roles("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT ALL ON TABLES TO b;"),
                ElementsAre("b", "a"));
    EXPECT_THAT(roles("SET SESSION AUTHORIZATION 'x''y';"), ElementsAre("x'y"));
    EXPECT_THAT(roles("SET SESSION AUTHORIZATION DEFAULT;"), IsEmpty());
}

TEST(ForeignStatement, NamesItsSearchPath) {
    auto const first = [](std::string_view statement) {
        return needs_of_statement(statement, nature(statement), false).search_path.value_or("none");
    };
    EXPECT_EQ(first("SET search_path = public, pg_catalog;"), "public");
    EXPECT_EQ(first("SET search_path = \"Side\", pg_catalog;"), "Side");
    EXPECT_EQ(first("SELECT pg_catalog.set_config('search_path', '', false);"), "");
    EXPECT_EQ(first("SELECT pg_catalog.set_config('search_path', '\"A\", b', false);"), "A");
    EXPECT_EQ(first("SET work_mem = 1;"), "none");
}

TEST(ForeignStatement, NamesTablesWhoseRowsAreElsewhere) {
    auto const table = [](std::string_view statement) {
        return needs_of_statement(statement, nature(statement), false)
            .uncounted_table.value_or(std::vector<std::string>{});
    };
    EXPECT_THAT(table("CREATE TABLE public.p (a int) PARTITION BY RANGE (a);"),
                ElementsAre("public", "p"));
    EXPECT_THAT(table("CREATE FOREIGN TABLE f (a int) SERVER s;"), ElementsAre("f"));
    EXPECT_THAT(table("CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY);"), IsEmpty());
    EXPECT_THAT(table("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"), IsEmpty());
}

TEST(ForeignStatement, NamesTheTargetOfCopy) {
    CopyTarget const target = copy_target_of("COPY \"S \"\"x\".T (id, \"Full Name\") FROM stdin;");
    EXPECT_EQ(target.schema, "S \"x");
    EXPECT_EQ(target.name, "t");
    EXPECT_THAT(target.columns, ElementsAre("id", "Full Name"));
    EXPECT_THAT(copy_target_of("COPY a  FROM stdin;").columns, IsEmpty());
}

TEST(ForeignStatement, IsNoPlainCopyWithOptions) {
    EXPECT_THAT(judge_copy("COPY a.b (x) FROM stdin;"), IsEmpty());
    EXPECT_THAT(judge_copy("COPY a.b (x) FROM stdin; SELECT 1;"), HasSubstr("options"));
    EXPECT_THAT(judge_copy("COPY a.b (x) FROM stdin WITH (FORMAT csv);"), HasSubstr("options"));
}

} // namespace
} // namespace pgkeep
