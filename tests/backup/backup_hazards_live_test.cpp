// Ways in which a backup could succeed and be wrong: each was once possible.

#include "backup/backup_fixture.hpp"
#include "proc/child.hpp"
#include "support/log_capture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace pgkeep;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class BackupHazards : public BackupLive {
protected:
    static void wait_for_copy(std::string const &database) {
        run_sql(
            "postgres",
            "DO $$ BEGIN FOR i IN 1..6000 LOOP PERFORM pg_stat_clear_snapshot(); IF EXISTS "
            "(SELECT FROM pg_stat_activity WHERE application_name LIKE 'pgkeep worker%' AND query "
            "LIKE '%COPY%' AND datname = '" +
                database +
                "') THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE 'waited in "
                "vain'; END $$");
    }

    // Runs `sql` once a worker copies, while a limited rate keeps the backup at it.
    [[nodiscard]] Error error_when_changed_meanwhile(std::string const &database,
                                                     std::string const &sql) {
        BackupOptions slow = options(database);
        slow.max_rate = 3'000'000;
        slow.jobs = 1;
        std::jthread const changer{[&] {
            wait_for_copy(database);
            run_sql(database, sql);
        }};
        return error_of([&] {
            NoProgress progress;
            // To a pipe, so that the change is not answered by another attempt.
            MemoryFile const memory{"archive"};
            (void)backup_database(slow, ToDescriptor{memory.fd()}, stop_.get_token(), progress);
        });
    }

    // 40 MB that do not compress, so that small tables come late.
    static constexpr char const *kBig =
        "CREATE TABLE aaa_big AS SELECT i, (SELECT string_agg(md5(random()::text), '') FROM "
        "generate_series(1, 30) j WHERE i > 0) AS v FROM generate_series(1, 40000) i; ";
};

} // namespace

TEST_F(BackupHazards, NoticesSchemasThatExchangeTheirNamesWhileRowsAreCopied) {
    std::string const database = create_database();
    run_sql(database,
            std::string{kBig} +
                "CREATE SCHEMA live; CREATE SCHEMA staging; CREATE TABLE live.t AS SELECT "
                "'live' AS v; CREATE TABLE staging.t AS SELECT 'staging' AS v");
    Error const error = error_when_changed_meanwhile(
        database, "BEGIN; ALTER SCHEMA live RENAME TO old; ALTER SCHEMA staging RENAME TO live; "
                  "ALTER SCHEMA old RENAME TO staging; COMMIT");
    EXPECT_THAT(error.what(), HasSubstr("the schema changed"));
}

TEST_F(BackupHazards, NoticesALabelThatIsRenamedWhileRowsAreCopied) {
    std::string const database = create_database();
    run_sql(database, std::string{kBig} +
                          "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE zzz AS SELECT "
                          "'sad'::mood AS m");
    Error const error =
        error_when_changed_meanwhile(database, "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
    EXPECT_THAT(error.what(), HasSubstr("the schema changed"));
}

TEST_F(BackupHazards, WritesTheDatabasesEncodingWhateverTheRolePrefers) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE \"städte\"(n text); INSERT INTO \"städte\" VALUES ('Zürich'); "
                      "SELECT lo_from_bytea(4242, '\\x41424344'); ALTER DATABASE " +
                          database + " SET client_encoding = 'LATIN1'; ALTER DATABASE " + database +
                          " SET standard_conforming_strings = off");
    std::string const copy = copy_with_psql(back_up(options(database)).archive);
    EXPECT_EQ(query_sql(copy, "SELECT n = U&'Z\\00FCrich', convert_from(lo_get(4242), 'UTF8') FROM "
                              "\"städte\""),
              "t|ABCD");
}

TEST_F(BackupHazards, WritesAndReadsMoneyInOneLocale) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE m(v money); INSERT INTO m VALUES ('1234.56')");
    auto const report = back_up(options(database));
    EXPECT_NE(
        run_shell("gunzip -c \"$1\" | grep -c \"^SET lc_monetary = 'C'\"", {report.archive}).out,
        "0\n");
    EXPECT_EQ(query_sql(copy_with_psql(report.archive), "SELECT v::numeric FROM m"), "1234.56");
}

// No extension of contrib has configuration tables, so two tables are made an extension's by hand.
TEST_F(BackupHazards, SelectsConfigurationOfExtensionsAsPgDumpDoes) {
    std::string const database = create_database();
    run_sql(database, "CREATE SCHEMA cfg; CREATE EXTENSION pg_trgm; CREATE TABLE cfg.conf AS "
                      "SELECT i FROM generate_series(1, 10) i; "
                      "ALTER EXTENSION pg_trgm ADD TABLE cfg.conf; CREATE SEQUENCE cfg.seq; ALTER "
                      "EXTENSION pg_trgm ADD SEQUENCE cfg.seq; "
                      "UPDATE pg_extension SET extconfig = ARRAY['cfg.conf'::regclass::oid, "
                      "'cfg.seq'::regclass::oid], "
                      "extcondition = ARRAY['WHERE i > 5', ''] WHERE extname = 'pg_trgm'");
    auto const selected = [&](BackupFilters const &filters) {
        BackupOptions filtered = options(database);
        filtered.filters = filters;
        Manifest const manifest = back_up(filtered).manifest;
        std::vector<std::string> names;
        for (TableEntry const &entry : manifest.tables) {
            names.push_back(entry.name + " " + std::to_string(entry.proof.rows) +
                            (entry.has_data ? "" : " without data"));
        }
        for (SequenceEntry const &entry : manifest.sequences) {
            names.push_back(entry.name);
        }
        return names;
    };
    EXPECT_THAT(selected({}), ElementsAre("conf 5", "seq"));
    EXPECT_THAT(selected({{"cfg"}, {}, {}, {}, {}}), ElementsAre("conf 5", "seq"));
    EXPECT_THAT(selected({{}, {}, {"cfg.conf"}, {}, {}}), ElementsAre("conf 5"));
    EXPECT_THAT(selected({{"public"}, {}, {}, {}, {}}), ElementsAre());
    EXPECT_THAT(selected({{}, {"cfg"}, {}, {}, {}}), ElementsAre());
    EXPECT_THAT(selected({{}, {}, {}, {}, {"cfg.*"}}), ElementsAre("conf 0 without data"));
}

TEST_F(BackupHazards, LocksTablesWhilePgDumpStillHoldsItsOwn) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE a(i int); CREATE TABLE b(i int)");
    LogCapture const log;
    (void)back_up(options(database));
    EXPECT_THAT(log.text(), HasSubstr("locked 2 tables while pg_dump holds its locks"));
}

// A pg_dump of ours: the real one, with something before or after.
std::string folder_with_pg_dump(TemporaryFolder const &folder, std::string const &script) {
    std::string const bindir = scratch_server().bindir();
    for (std::string const program : {"pg_restore", "psql"}) {
        std::filesystem::create_symlink(bindir + "/" + program, folder.file(program));
    }
    std::string const path = folder.file("pg_dump");
    std::ofstream{path} << "#!/bin/sh\nreal=" << bindir << "/pg_dump\n"
                        << "case $1 in --version) exec $real --version ;; esac\n"
                        << script;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return folder.path();
}

// It was idle then, and heard no reason; its message alone tells an operator nothing.
TEST_F(BackupHazards, SaysWhatHelpsWhenTheServerEndedTheSessionOfPgDump) {
    BackupOptions ended = options(create_database());
    TemporaryFolder const programs;
    ended.bindir = folder_with_pg_dump(
        programs, "echo 'pg_dump: error: query failed: server closed the connection "
                  "unexpectedly' >&2; exit 1\n");
    EXPECT_THAT(error_of([&] { (void)back_up(ended); }).hint(),
                AllOf(HasSubstr("server's log"), HasSubstr("hot_standby_feedback")));
}

// More than may wait for the writer, so that a worker is seen at it.
TEST_F(BackupHazards, CopiesWhilePgDumpStillWorks) {
    std::string const database = create_database();
    run_sql(database, kBig);
    BackupOptions early = options(database);
    TemporaryFolder const programs;
    early.bindir = folder_with_pg_dump(
        programs, "$real \"$@\" || exit; for i in $(seq 200); do [ $(" + scratch_server().bindir() +
                      "/psql -XAtc \"SELECT count(*) FROM pg_stat_activity WHERE application_name "
                      "LIKE 'pgkeep worker%' AND query LIKE '%COPY%aaa_big%'\") = 0 ] || exit 0; "
                      "sleep 0.05; done; echo 'error: nobody copies' >&2; exit 1\n");
    EXPECT_EQ(table(back_up(early), "aaa_big").proof.rows, 40'000U);
}

// What was begun for other tables than pg_dump then names is thrown away: the numbers of tables are
// in it.
TEST_F(BackupHazards, CopiesAnewWhenPgDumpNamesOtherTables) {
    std::string const database = create_database();
    run_sql(database,
            "CREATE TABLE a AS SELECT generate_series(1, 5) AS i; CREATE TABLE unnamed(i int); "
            "CREATE TABLE z AS SELECT generate_series(1, 7) AS i");
    BackupOptions other = options(database);
    TemporaryFolder const programs;
    other.bindir = folder_with_pg_dump(
        programs, "$real --exclude-table=public.unnamed \"$@\"; code=$?; sleep 0.3; exit $code\n");
    LogCapture const log;
    BackupReport const report = back_up(other);
    EXPECT_THAT(log.text(), HasSubstr("copying anew"));
    ASSERT_EQ(report.manifest.tables.size(), 2U);
    EXPECT_EQ(table(report, "a").proof.rows, 5U);
    EXPECT_EQ(table(report, "z").proof.rows, 7U);
    EXPECT_EQ(query_sql(copy_with_psql(report.archive),
                        "SELECT (SELECT sum(i) FROM a), (SELECT sum(i) FROM z)"),
              "15|28");
}

// pg_dump says more than a pipe holds, and waits until that is read; somebody who rewrites a
// catalog waits for pg_dump; and the keeper, which asks that catalog, for them.
TEST_F(BackupHazards, ReadsWhatPgDumpSaysWhileTheKeeperWaits) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE a(i int); INSERT INTO a VALUES (1)");
    BackupOptions chatty = options(database);
    TemporaryFolder const programs;
    std::string const psql = scratch_server().bindir() + "/psql";
    // It reads a catalog in a transaction, somebody wants to rewrite that, and then it talks.
    chatty.bindir = folder_with_pg_dump(
        programs, "(echo 'BEGIN; SELECT count(*) FROM pg_attribute;'; sleep 1; "
                  "echo 'pg_dump: reading user-defined functions' >&2; sleep 0.5; "
                  "yes 'pg_dump: says something' | head -c 300000 >&2; echo 'COMMIT;') | " +
                      psql + " -Xq -o /dev/null & sleep 0.3; " + psql +
                      " -Xqc 'VACUUM FULL pg_attribute' & wait; exec $real \"$@\"\n");
    EXPECT_EQ(table(back_up(chatty), "a").proof.rows, 1U);
}

// Somebody who rewrites a catalog waits for every transaction that has read it; if the keeper were
// one of these, our workers and all logins would wait in turn, for ever.
TEST_F(BackupHazards, HoldsNoCatalogWhileRowsAreCopied) {
    std::string const database = create_database();
    run_sql(database, kBig);
    BackupOptions slow = options(database);
    slow.max_rate = 5'000'000;
    std::jthread const rewriter{[&] {
        wait_for_copy(database);
        run_sql(database, "SET lock_timeout = '60s'; VACUUM FULL pg_class; REINDEX TABLE pg_class");
    }};
    EXPECT_EQ(table(back_up(slow), "aaa_big").proof.rows, 40'000U);
}

namespace {

// Divided by the hash of an enum value, of an array of them, and of a number.
constexpr char const *kDivided =
    "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t(k e, n int) PARTITION BY HASH (k, n); "
    "CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0); "
    "CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1); "
    "CREATE TABLE a(k e[]) PARTITION BY HASH (k); "
    "CREATE TABLE a0 PARTITION OF a FOR VALUES WITH (MODULUS 1, REMAINDER 0); "
    "CREATE TABLE u(k int[]) PARTITION BY HASH (k); "
    "CREATE TABLE u0 PARTITION OF u FOR VALUES WITH (MODULUS 1, REMAINDER 0); "
    "INSERT INTO t SELECT 'a', i FROM generate_series(1, 100) i; "
    "INSERT INTO a VALUES ('{a,b}'); INSERT INTO u VALUES ('{1}')";

std::vector<std::string> entries_of(BackupReport const &report) {
    std::vector<std::string> entries;
    for (TableEntry const &entry : report.manifest.tables) {
        entries.push_back(entry.name + " " + std::to_string(entry.proof.rows) +
                          (entry.partitioned ? " partitioned" : "") +
                          (entry.partial ? " partial" : ""));
    }
    return entries;
}

} // namespace

TEST_F(BackupHazards, KeepsRowsDividedByTheHashOfAnEnumWithTheWholeTable) {
    std::string const database = create_database();
    run_sql(database, kDivided);
    LogCapture const log{LogLevel::warning};
    EXPECT_THAT(entries_of(back_up(options(database))),
                ElementsAre("t 100 partitioned", "a 1 partitioned", "u0 1"));
    EXPECT_EQ(log.text(), "");
}

TEST_F(BackupHazards, KeepsAPartitionByItselfWithoutItsParent) {
    std::string const database = create_database();
    run_sql(database, kDivided);
    BackupOptions one = options(database);
    one.filters.tables = {"a0"};
    EXPECT_THAT(entries_of(back_up(one)), ElementsAre("a0 1"));
}

TEST_F(BackupHazards, WarnsWhenAPartitionByTheHashOfAnEnumIsLeftOut) {
    std::string const database = create_database();
    run_sql(database, kDivided);
    BackupOptions some = options(database);
    some.filters.excluded_tables = {"t1"};
    LogCapture const log{LogLevel::warning};
    EXPECT_THAT(entries_of(back_up(some)),
                ElementsAre(testing::EndsWith("partitioned partial"), "a 1 partitioned", "u0 1"));
    EXPECT_THAT(log.text(), HasSubstr("public.t is divided by the hash of an enum value"));
    EXPECT_THAT(log.text(), HasSubstr("partition public.t1 is left out"));
}
