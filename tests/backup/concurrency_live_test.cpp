// What an application does while its database is being saved.

#include "backup/backup_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

class BackupConcurrency : public BackupLive {
protected:
    // Partitions with rows, behind a table that keeps the only worker busy for a second.
    [[nodiscard]] static std::string database_with_partitions() {
        std::string database = create_database("moving");
        run_sql(database,
                "CREATE TABLE aaa_big AS SELECT i, (SELECT string_agg(md5(random()::text), '') "
                "FROM generate_series(1, 30) j WHERE i > 0) AS v FROM generate_series(1, 2500) i; "
                "CREATE TABLE p(i int) PARTITION BY RANGE (i); "
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100); "
                "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200); "
                "CREATE TABLE p3(i int); INSERT INTO p SELECT generate_series(0, 199); "
                "INSERT INTO p3 SELECT generate_series(200, 249)");
        return database;
    }

    static void wait_for_copy(std::string const &database) {
        run_sql("postgres", "DO $$ BEGIN FOR i IN 1..6000 LOOP PERFORM pg_stat_clear_snapshot(); "
                            "IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = '" +
                                database +
                                "' AND application_name LIKE 'pgkeep worker%' AND query LIKE "
                                "'%COPY%') THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; "
                                "RAISE 'waited in vain'; END $$");
    }

    // The rows that psql restores from a backup during which `sql` runs; or none, when it found
    // that the schema moved.
    [[nodiscard]] std::string rows_saved_during(std::string const &database,
                                                std::string const &sql) {
        BackupOptions slow = options(database);
        slow.max_rate = 6'000'000;
        slow.jobs = 1;
        std::jthread const application{[&] {
            wait_for_copy(database);
            (void)run_shell("psql -XqAt -d \"$1\" -c \"SET lock_timeout = '20s'\" -c \"$2\"",
                            {database, sql});
        }};
        BackupReport const report = back_up(slow);
        return query_sql(copy_with_psql(report.archive),
                         "SELECT count(*) || ' ' || (SELECT count(*) FROM p1) + (SELECT count(*) "
                         "FROM p2) + (SELECT count(*) FROM p3) FROM aaa_big");
    }
};

} // namespace

TEST_F(BackupConcurrency, SavesTheSnapshotWhateverIsRewrittenOrAttachedMeanwhile) {
    for (std::string const sql :
         {"VACUUM FULL p1", "ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (200) TO (300)",
          "ALTER TABLE p DETACH PARTITION p2", "CLUSTER p2 USING p2_i"}) {
        SCOPED_TRACE(sql);
        std::string const database = database_with_partitions();
        run_sql(database, "CREATE INDEX p2_i ON p2 (i)");
        EXPECT_EQ(rows_saved_during(database, sql), "2500 250");
    }
}

TEST_F(BackupConcurrency, SavesTheSnapshotOrNothingWhenAPartitionIsDetachedConcurrently) {
    std::string const database = database_with_partitions();
    try {
        EXPECT_EQ(rows_saved_during(database, "ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY"),
                  "2500 250");
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::schema_moved) << error.what();
        EXPECT_THAT(files(), IsEmpty());
    }
}

TEST_F(BackupConcurrency, SavesSequencesThatAreNotBehindTheRows) {
    std::string const database = create_database("sequences");
    run_sql(database, "CREATE TABLE t(id bigserial); INSERT INTO t SELECT FROM "
                      "generate_series(1, 1000)");
    std::jthread application{[&](std::stop_token const &stop) {
        while (!stop.stop_requested()) {
            run_sql(database, "INSERT INTO t SELECT FROM generate_series(1, 200)");
        }
    }};
    BackupReport const report = back_up(options(database));
    application.request_stop();
    EXPECT_EQ(
        query_sql(copy_with_psql(report.archive), "SELECT nextval('t_id_seq') > max(id) FROM t"),
        "t");
}

TEST_F(BackupConcurrency, LeavesOutWhatIsPreparedOnly) {
    std::string const database = create_database("prepared");
    run_sql(database, "CREATE TABLE t(i int); INSERT INTO t VALUES (1); BEGIN; INSERT INTO t "
                      "VALUES (2); PREPARE TRANSACTION 'rows'");
    EXPECT_EQ(table(back_up(options(database)), "t").proof.rows, 1U);
    run_sql(database, "COMMIT PREPARED 'rows'");
    EXPECT_EQ(table(back_up(options(database)), "t").proof.rows, 2U);
}

TEST_F(BackupConcurrency, NamesThePreparedTransactionThatHoldsATable) {
    std::string const database = create_database("prepared");
    run_sql(database, "CREATE TABLE t(i int); BEGIN; LOCK TABLE t; PREPARE TRANSACTION 'lo\"ck'");
    BackupOptions impatient = options(database);
    impatient.lock_wait_timeout = 200ms;
    Error const error = error_of([&] { (void)back_up(impatient); });
    run_sql(database, "ROLLBACK PREPARED 'lo\"ck'");
    EXPECT_THAT(error.what(), HasSubstr("public.t"));
    EXPECT_THAT(error.what(), HasSubstr("held by prepared transaction \"lo\"ck\""));
    EXPECT_THAT(error.hint(), HasSubstr("--lock-wait-timeout"));
    EXPECT_THAT(files(), IsEmpty());
}

// The table is copied slowly for several seconds; the application wants to change it after the
// first.
TEST_F(BackupConcurrency, GivesUpWhenSomebodyHasWaitedForItTooLong) {
    std::string const database = database_with_partitions();
    BackupOptions slow = options(database);
    slow.max_rate = 200'000;
    slow.jobs = 1;
    slow.longest_blocking = 500ms;
    std::string waited;
    {
        std::jthread const application{[&] {
            wait_for_copy(database);
            waited =
                run_shell("psql -XqAt -d \"$1\" -c \"SET lock_timeout = '20s'\" -c 'ALTER TABLE "
                          "p ADD COLUMN more int' && echo done",
                          {database})
                    .out;
        }};
        Error const error = error_of([&] { (void)back_up(slow); });
        EXPECT_EQ(error.kind(), ErrorKind::failed) << error.what();
        EXPECT_THAT(error.what(),
                    HasSubstr("for this backup (AccessExclusiveLock on table public.p"));
        EXPECT_THAT(error.hint(), HasSubstr("--lock-wait-timeout"));
    }
    EXPECT_EQ(waited, "done\n");
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(BackupConcurrency, LetsOthersWaitForAMomentAndGoesOn) {
    std::string const database = database_with_partitions();
    BackupOptions slow = options(database);
    slow.max_rate = 2'000'000;
    slow.jobs = 1;
    slow.longest_blocking = 60s;
    std::jthread const application{[&] {
        wait_for_copy(database);
        (void)run_shell("psql -XqAt -d \"$1\" -c 'ALTER TABLE p ADD COLUMN more int'", {database});
    }};
    EXPECT_NO_THROW((void)back_up(slow));
}

TEST_F(BackupConcurrency, SaysWhatToDoWhenThereAreNoConnectionsLeft) {
    std::string const database = create_database("full");
    run_sql("postgres", "CREATE ROLE crowd LOGIN IN ROLE pg_read_all_data");
    std::string const stay = folder_.file("stay");
    std::ofstream{stay} << "while this file is there";
    ShellResult const taken = run_shell(
        "for i in $(seq 96); do (echo 'SELECT 1;'; while [ -e \"$1\" ]; do sleep 1; done) | "
        "psql -XqAt -U crowd -d postgres & done >/dev/null 2>&1; for i in $(seq 600); do [ "
        "\"$(psql -XAtd postgres -c \"SELECT count(*) FROM pg_stat_activity WHERE usename = "
        "'crowd'\")\" -ge 95 ] && exit; sleep 0.05; done; exit 1",
        {stay});
    EXPECT_EQ(taken.exit_code, 0) << taken.err;
    BackupOptions plain = options(database);
    plain.connection.keywords["user"] = "crowd";
    plain.jobs = 4;
    Error const error = error_of([&] { (void)back_up(plain); });
    std::filesystem::remove(stay);
    EXPECT_EQ(error.kind(), ErrorKind::connection) << error.what();
    EXPECT_THAT(error.hint(), HasSubstr("--jobs"));
    EXPECT_THAT(files(), IsEmpty());
}
