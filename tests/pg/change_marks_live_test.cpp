#include "pg/change_marks.hpp"
#include "pg/live.hpp"

using namespace pgkeep;

namespace {

class DefinitionMarksLive : public testing::Test {
protected:
    DefinitionMarksLive() : database_(create_database("marks")), connection_(open_test(database_)) {
        run_sql(
            database_,
            "CREATE SCHEMA app; CREATE TABLE app.t (i int PRIMARY KEY, j int DEFAULT 1, k text);"
            "CREATE VIEW app.v AS SELECT i, 'old'::text AS version FROM app.t;"
            "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
            "CREATE SEQUENCE app.s; CREATE DOMAIN app.d AS int; SELECT lo_create(4711)");
    }
    // Whether the marks differ after `sql`.
    [[nodiscard]] bool sees(std::string const &sql) {
        DefinitionMarks const before = read_definition_marks(connection_);
        run_sql(database_, sql);
        return read_definition_marks(connection_) != before;
    }

    std::string database_;
    Connection connection_;
};

} // namespace

TEST_F(DefinitionMarksLive, ShowWhatWasCommitted) {
    for (char const *sql :
         {"ALTER TABLE app.t ALTER j SET DEFAULT 2",
          "ALTER TABLE app.t RENAME k TO body",
          "ALTER TABLE app.t DROP body",
          "ALTER TABLE app.t ADD CHECK (j > 0)",
          "ALTER TABLE app.t ALTER j SET NOT NULL",
          "GRANT SELECT (j) ON app.t TO PUBLIC",
          "CREATE SCHEMA newone",
          "GRANT USAGE ON SCHEMA app TO PUBLIC",
          "DROP SCHEMA newone",
          "ALTER DOMAIN app.d ADD CHECK (VALUE > 0)",
          "CREATE TYPE app.e AS ENUM ('a')",
          "ALTER TYPE app.e RENAME VALUE 'a' TO 'b'",
          "COMMENT ON TABLE app.t IS 'x'",
          "COMMENT ON COLUMN app.t.j IS 'y'",
          "COMMENT ON FUNCTION app.f() IS 'z'",
          "CREATE OR REPLACE VIEW app.v AS SELECT i, 'new'::text AS version FROM app.t",
          "CREATE OR REPLACE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
          "ALTER SEQUENCE app.s INCREMENT 5",
          "SELECT nextval('app.s')",
          "SELECT lo_create(4712)",
          "SELECT lo_unlink(4711)",
          "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
          "ALTER TABLE app.t DISABLE TRIGGER ALL; CREATE POLICY p ON app.t",
          "CREATE PUBLICATION p FOR TABLE app.t",
          "CREATE EXTENSION citext"}) {
        EXPECT_TRUE(sees(sql)) << sql;
    }
}

TEST_F(DefinitionMarksLive, DoNotShowWhatChangesNothing) {
    for (char const *sql :
         {"INSERT INTO app.t SELECT i FROM generate_series(1, 1000) i", "ANALYZE", "VACUUM FREEZE",
          "BEGIN; CREATE TABLE app.gone (i int); ROLLBACK",
          "CREATE TEMPORARY TABLE t (i int PRIMARY KEY DEFAULT 1, s serial, CHECK (i > 0));"
          "COMMENT ON TABLE t IS 'x'; COMMENT ON COLUMN t.i IS 'y'; CREATE INDEX ON t (s);"
          "CREATE TEMPORARY VIEW v AS SELECT * FROM t; ANALYZE t; VACUUM t"}) {
        EXPECT_FALSE(sees(sql)) << sql;
    }
}
