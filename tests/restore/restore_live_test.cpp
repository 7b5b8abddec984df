// Round trips: what a restore makes is what was backed up.

#include "base/log.hpp"
#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

// Every kind of relation that is easy to get wrong, with names that are easy to get wrong.
constexpr char const *kHardDatabase = R"SQL(
CREATE SCHEMA "we""ird / n'äme";
CREATE TABLE "we""ird / n'äme"."t\a""b
c" ("col ""1""" int, "c'2\" text, "select" text);
INSERT INTO "we""ird / n'äme"."t\a""b
c" SELECT i, E'line\none\ttab\\' || i, CASE WHEN i % 2 = 0 THEN NULL ELSE '\N' END FROM generate_series(1, 500) i;
CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
CREATE TABLE dropped (a int, b text, c int); INSERT INTO dropped VALUES (1, 'x', 2);
ALTER TABLE dropped DROP COLUMN b;
CREATE TABLE generated (id int GENERATED ALWAYS AS IDENTITY, x int, twice int GENERATED ALWAYS AS (x * 2) STORED);
INSERT INTO generated (x) SELECT generate_series(1, 100);
CREATE TABLE serial_table (id bigserial PRIMARY KEY, at timestamptz, f float8, n numeric, b bytea, j jsonb);
INSERT INTO serial_table (at, f, n, b, j)
  SELECT timestamptz '2024-01-01' + i * interval '1.5 hours', pi() * i, i / 3.0, decode(md5(i::text), 'hex'),
         jsonb_build_object('i', i) FROM generate_series(1, 3000) i;
CREATE SEQUENCE never_called START 7; CREATE SEQUENCE called; SELECT setval('called', 41, true);
CREATE TABLE parted (id int, region text) PARTITION BY LIST (region);
CREATE TABLE parted_eu PARTITION OF parted FOR VALUES IN ('eu');
CREATE TABLE parted_rest (region text, id int); ALTER TABLE parted ATTACH PARTITION parted_rest DEFAULT;
INSERT INTO parted SELECT i, CASE WHEN i % 2 = 0 THEN 'eu' ELSE 'us' END FROM generate_series(1, 100) i;
CREATE INDEX ON parted (id);
CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);
INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
ALTER TABLE serial_table ADD UNIQUE (at);
CREATE TABLE refers (id bigint REFERENCES serial_table, CHECK (id > 0)); INSERT INTO refers VALUES (1), (2);
CREATE UNLOGGED TABLE unlogged (a int); INSERT INTO unlogged VALUES (1);
CREATE VIEW v AS SELECT count(*) FROM serial_table; CREATE MATERIALIZED VIEW m AS SELECT a FROM parent;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'COPY FROM stdin; must not fire'; END$$;
CREATE TRIGGER t BEFORE INSERT ON refers FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE parent ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON parent USING (false);
ALTER TABLE dropped ADD CONSTRAINT later CHECK (a > 5) NOT VALID;
SELECT lo_from_bytea(70001, '\x00ff'), lo_from_bytea(70002, ''),
       lo_from_bytea(70003, decode(repeat('61', 700000), 'hex'));
)SQL";

} // namespace

TEST_F(RestoreLive, MakesTheSameDatabase) {
    std::string const database = create_database();
    run_sql(database, kHardDatabase);
    std::string const target = new_name();
    RestoreReport const report = restore(back_up(database), options(target));
    expect_same(database, target);
    EXPECT_TRUE(report.proven);
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_EQ(report.found.object_counts, report.manifest.object_counts);
    EXPECT_EQ(report.found.large_objects->count, 3U);
    EXPECT_THAT(staging_left(), IsEmpty());
    EXPECT_EQ(backends_left(), "0");
}

TEST_F(RestoreLive, MakesOfTheSampleShopWhatPsqlMakesOfIt) {
    std::string const database = create_database("shop");
    run_sql_file(database, PGKEEP_SOURCE_DIR "/tests/support/sample_shop.sql");
    std::string const archive = back_up(database);
    std::string const target = new_name();
    RestoreReport const report = restore(archive, options(target));
    EXPECT_TRUE(report.proven);
    EXPECT_THAT(report.warnings, IsEmpty());
    // Not the original: a dump restores some inherited columns in another order.
    std::string const copy = create_database("copy");
    ShellResult const psql = run_shell(
        "gunzip -c \"$1\" | psql -qX -v ON_ERROR_STOP=1 -d \"$2\" >/dev/null", {archive, copy});
    ASSERT_EQ(psql.exit_code, 0) << psql.err;
    expect_same(copy, target, "--schema-only");
}

TEST_F(RestoreLive, MakesTheSameDatabaseWithOneWorkerAndWithMany) {
    std::string const database = create_database();
    run_sql(database, kHardDatabase);
    std::string const archive = back_up(database);
    for (unsigned const jobs : {1U, 5U}) {
        RestoreOptions with_jobs = options(new_name());
        with_jobs.jobs = jobs;
        EXPECT_TRUE(restore(archive, with_jobs).proven);
        expect_same(database, with_jobs.target);
    }
}

TEST_F(RestoreLive, RestoresABigTableByManyBlocks) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 60) AS filler FROM "
                      "generate_series(1, 80000) i; ALTER TABLE big ADD PRIMARY KEY (i)");
    std::string const target = new_name();
    RestoreReport const report = restore(back_up(database), options(target));
    EXPECT_EQ(report.found.tables.at(0)->rows, 80'000U);
    std::string const digest = "SELECT count(*), sum(i), sum(hashtext(filler)) FROM big";
    EXPECT_EQ(query_sql(database, digest), query_sql(target, digest));
}

TEST_F(RestoreLive, KeepsTheOrderOfRows) {
    // Rows of very different sizes, so that there is room on earlier pages, and more than one
    // block.
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t AS SELECT i, repeat('x', CASE WHEN i % 7 = 0 THEN 1900 ELSE "
                      "i % 50 END) AS s "
                      "FROM generate_series(1, 60000) i");
    std::string const target = new_name();
    (void)restore(back_up(database), options(target));
    EXPECT_EQ(
        query_sql(
            target,
            "SELECT count(*) FROM (SELECT i - lag(i) OVER (ORDER BY ctid) AS step FROM t) AS s "
            "WHERE step <> 1"),
        "0");
}

TEST_F(RestoreLive, SharesATableThatOneWorkerWouldLoadTooLong) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t AS SELECT i, repeat(md5(i::text), 40) AS s FROM "
                      "generate_series(1, 130000) i");
    RestoreOptions four = options(new_name());
    four.jobs = 4;
    RestoreReport const report = restore(back_up(database), four);
    EXPECT_GT(report.manifest.tables.at(0).proof.bytes * 3 / 4, 64U << 20)
        << "the table is too small for this test";
    EXPECT_TRUE(report.proven);
}

TEST_F(RestoreLive, KeepsOtherEncodings) {
    std::string const database = create_database(
        "latin", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    run_sql(database, "SET client_encoding = 'UTF8'; CREATE TABLE \"größe\" (\"naïve\" text); "
                      "INSERT INTO \"größe\" VALUES ('ÄÖÜß'), ('é')");
    std::string const target = new_name();
    EXPECT_TRUE(restore(back_up(database), options(target)).proven);
    EXPECT_EQ(query_sql(target, "SHOW server_encoding"), "LATIN1");
    expect_same(database, target);
}

TEST_F(RestoreLive, GivesTheDatabaseItsProperties) {
    std::string const database = create_database();
    run_sql(database, "CREATE ROLE props_owner; CREATE ROLE props_app; CREATE ROLE props_grantor; "
                      "ALTER DATABASE " +
                          database +
                          " OWNER TO props_owner; "
                          "GRANT CREATE ON DATABASE " +
                          database +
                          " TO props_grantor WITH GRANT OPTION; "
                          "SET ROLE props_grantor; GRANT CREATE ON DATABASE " +
                          database +
                          " TO props_app; RESET ROLE; "
                          "REVOKE CONNECT ON DATABASE " +
                          database +
                          " FROM PUBLIC; "
                          "ALTER DATABASE " +
                          database +
                          " SET search_path = \"$user\", \"odd, name\", public; "
                          "ALTER DATABASE " +
                          database +
                          " SET my.custom = 'a''b'; "
                          "ALTER DATABASE " +
                          database +
                          " SET default_transaction_read_only = on; "
                          "ALTER ROLE props_app IN DATABASE " +
                          database +
                          " SET work_mem = '7MB'; "
                          "ALTER DATABASE " +
                          database +
                          " CONNECTION LIMIT 9; "
                          "COMMENT ON DATABASE " +
                          database + " IS 'it''s a \\ shop'");
    std::string const target = new_name();
    RestoreReport const report = restore(back_up(database), options(target));
    EXPECT_THAT(report.warnings, IsEmpty());
    auto const properties = [](std::string const &name) {
        return query_sql(
            "postgres",
            "SELECT pg_get_userbyid(datdba), datacl, datconnlimit, "
            "shobj_description(oid, 'pg_database'), (SELECT array_agg((setrole, setconfig) "
            "ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid) "
            "FROM pg_database d WHERE datname = '" +
                name + "'");
    };
    EXPECT_EQ(properties(database), properties(target));
}

TEST_F(RestoreLive, RestoresDataOfTypesOfExtensions) {
    std::string const database = create_database();
    run_sql(database, "CREATE EXTENSION citext; CREATE TABLE words (w citext UNIQUE); "
                      "INSERT INTO words VALUES ('Word')");
    std::string const target = new_name();
    EXPECT_TRUE(restore(back_up(database), options(target)).proven);
    expect_same(database, target);
}

TEST_F(RestoreLive, AddsTheUsersRowsToAnExtensionsConfigurationTables) {
    // An extension with two configuration tables, without installing one: citext is given them
    // here, and again in staging, where CREATE EXTENSION would have made them with their default
    // rows.
    constexpr char const *kExtension =
        "CREATE TABLE conf (id int PRIMARY KEY, custom bool); CREATE TABLE item (id int, conf int "
        "REFERENCES "
        "conf, custom bool); INSERT INTO conf VALUES (1, false); INSERT INTO item VALUES (1, 1, "
        "false); "
        "ALTER EXTENSION citext ADD TABLE conf; ALTER EXTENSION citext ADD TABLE item; UPDATE "
        "pg_extension SET "
        "extconfig = ARRAY['conf'::regclass::oid, 'item'::regclass::oid], extcondition = "
        "ARRAY['WHERE custom', "
        "'WHERE custom'] WHERE extname = 'citext';";
    std::string const database = create_database();
    run_sql(database,
            std::string{"CREATE EXTENSION citext;"} + kExtension +
                "INSERT INTO conf VALUES (2, true), (3, true); "
                "INSERT INTO item SELECT i, 2 + i % 2, true FROM generate_series(2, 5000) i");
    std::string const target = new_name();
    RestoreReport const report =
        restore(back_up(database), options(target), sql_after(RestoreStep::pre_data, kExtension));
    EXPECT_TRUE(report.proven);
    for (auto const *query :
         {"SELECT * FROM conf ORDER BY id", "SELECT count(*), sum(id), sum(conf) FROM item"}) {
        EXPECT_EQ(query_sql(database, query), query_sql(target, query));
    }
}

TEST_F(RestoreLive, RestoresWhatAFilterKept) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE a AS SELECT 1 AS i; CREATE TABLE b AS SELECT 2 AS i; "
                      "CREATE TABLE c AS SELECT 3 AS i");
    BackupFilters filters;
    filters.excluded_tables = {"b"};
    filters.excluded_table_data = {"c"};
    std::string const target = new_name();
    RestoreReport const report = restore(back_up(database, filters), options(target));
    EXPECT_THAT(report.warnings, testing::ElementsAre(HasSubstr("the archive is a part of")));
    EXPECT_EQ(
        query_sql(
            target,
            "SELECT (SELECT count(*) FROM a), to_regclass('b') IS NULL, (SELECT count(*) FROM c)"),
        "1|t|0");
}

TEST_F(RestoreLive, RestoresAnEmptyDatabase) {
    std::string const target = new_name();
    EXPECT_TRUE(restore(back_up(create_database()), options(target)).proven);
    EXPECT_TRUE(exists(target));
}

TEST_F(RestoreLive, DependsOnNoDefaultOfTheRole) {
    std::string const database = create_database();
    run_sql(database,
            "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i; CREATE INDEX ON t (i)");
    std::string const archive = back_up(database);
    run_sql("postgres", "CREATE ROLE restricted SUPERUSER LOGIN; "
                        "ALTER ROLE restricted SET default_transaction_read_only = on; "
                        "ALTER ROLE restricted SET statement_timeout = '100ms'");
    RestoreOptions as_restricted = options(database + "_copy");
    as_restricted.connection.keywords["user"] = "restricted";
    EXPECT_TRUE(restore(archive, as_restricted).proven);
}

TEST_F(RestoreLive, TakesAnyNameAsTarget) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
    std::string const target = "we\"ird / 'n\xc3\xa4me\\\nx=y";
    EXPECT_TRUE(restore(back_up(database), options(target)).proven);
    EXPECT_EQ(query_sql(target, "SELECT count(*) FROM t"), "10");
}

TEST_F(RestoreLive, LeavesStatisticsBehind) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i; CREATE TABLE p (i int) "
        "PARTITION BY RANGE (i); CREATE TABLE p1 PARTITION OF p DEFAULT; INSERT INTO p SELECT 1");
    std::string const target = new_name();
    (void)restore(back_up(database), options(target));
    EXPECT_EQ(
        query_sql(target,
                  "SELECT string_agg(relname || reltuples, ' ' ORDER BY relname) FROM pg_class "
                  "WHERE relname IN ('t', 'p', 'p1')"),
        "p1 p11 t1000");
}

TEST_F(RestoreLive, KeepsTheDataWhenStatisticsFail) {
    std::string const database = create_database();
    run_sql(database,
            "CREATE FUNCTION fails(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN "
            "IF current_setting('application_name') LIKE 'pgkeep%' THEN RAISE 'no'; END IF; "
            "RETURN $1; END$$; CREATE TABLE t AS SELECT 1 AS i; CREATE INDEX ON t (fails(i))");
    std::string const target = new_name();
    RestoreReport const report = restore(back_up(database), options(target));
    EXPECT_TRUE(report.proven);
    EXPECT_THAT(report.warnings,
                testing::ElementsAre(HasSubstr("table public.t has no statistics")));
    EXPECT_EQ(query_sql(target, "SELECT count(*) FROM t"), "1");
}

TEST_F(RestoreLive, NeedsNoRolesWithoutOwnersAndPrivileges) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE ROLE soon_gone; CREATE TABLE t AS SELECT 1 AS i; ALTER TABLE t OWNER TO soon_gone; "
        "CREATE TABLE u (i int); GRANT SELECT ON u TO soon_gone");
    std::string const archive = back_up(database);
    run_sql(database, "DROP OWNED BY soon_gone; DROP ROLE soon_gone");
    RestoreOptions without = options(new_name());
    without.no_owner = true;
    without.no_privileges = true;
    EXPECT_TRUE(restore(archive, without).proven);
    EXPECT_EQ(query_sql(without.target, "SELECT tableowner FROM pg_tables WHERE tablename = 't'"),
              "postgres");
}

TEST_F(RestoreLive, ActsAsAnotherRole) {
    std::string const database = create_database();
    run_sql(database, "CREATE ROLE builder CREATEDB; CREATE TABLE t AS SELECT 1 AS i");
    RestoreOptions as_role = options(new_name());
    as_role.role = "builder";
    as_role.no_owner = true;
    EXPECT_TRUE(restore(back_up(database), as_role).proven);
    EXPECT_EQ(query_sql(as_role.target, "SELECT tableowner FROM pg_tables WHERE tablename = 't'"),
              "builder");
}

TEST_F(RestoreLive, ComparesNumbersOfRowsOnRequest) {
    std::string const database = create_database();
    run_sql(database, kHardDatabase);
    RestoreOptions counts = options(new_name());
    counts.check = RestoreCheck::counts;
    RestoreReport const report = restore(back_up(database), counts);
    EXPECT_FALSE(report.proven);
    EXPECT_EQ(report.found.tables.size(), report.manifest.tables.size());
}

TEST_F(RestoreLive, CreatesNothingInADryRun) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t AS SELECT 1 AS i");
    RestoreOptions dry = options(new_name());
    dry.dry_run = true;
    RestoreReport const report = restore(back_up(database), dry);
    EXPECT_FALSE(exists(dry.target));
    EXPECT_THAT(report.plan.back(), HasSubstr("to \"" + dry.target + "\""));
}
