// What an application does while its database is being saved.

#include "backup/backup_fixture.hpp"
#include "pg/live.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

class BackupConcurrency : public BackupLive {
protected:
    using Clock = std::chrono::steady_clock;

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

    // Until the query in `database` has rows.
    static void wait_for(std::string const &database, std::string const &query) {
        run_sql(database, "DO $$ BEGIN FOR i IN 1..6000 LOOP PERFORM pg_stat_clear_snapshot(); IF "
                          "EXISTS (" +
                              query +
                              ") THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE "
                              "'waited in vain'; END $$");
    }
    static void wait_for_copy(std::string const &database) {
        wait_for(database, "SELECT FROM pg_stat_activity WHERE datname = current_database() AND "
                           "application_name LIKE 'pgkeep worker%' AND query LIKE '%COPY%'");
    }

    // What an application does; it gives up after 20 seconds rather than wait for ever.
    static void change(std::string const &database, std::string const &sql) {
        ShellResult const result =
            run_shell("psql -XqAt -v ON_ERROR_STOP=1 -d \"$1\" -c \"SET lock_timeout = '20s'\" -c "
                      "\"$2\"",
                      {database, sql});
        EXPECT_EQ(result.exit_code, 0) << sql << '\n' << result.err;
    }
    // The same, and how long it took.
    [[nodiscard]] static Clock::duration time_to_change(std::string const &database,
                                                        std::string const &sql) {
        auto const start = Clock::now();
        change(database, sql);
        return Clock::now() - start;
    }

    // Until `count` sessions are there beside that of `superuser`: a slot is free a moment after
    // its client has gone.
    static void wait_for_others(Connection &superuser, std::size_t count) {
        superuser.execute("DO $$ BEGIN FOR i IN 1..600 LOOP PERFORM pg_stat_clear_snapshot(); IF "
                          "(SELECT count(*) "
                          "FROM pg_stat_activity WHERE backend_type = 'client backend') = " +
                          std::to_string(count + 1) +
                          " THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE 'waited "
                          "in vain'; END $$");
    }

    // Table `a` is to be changed while the backup has it and waits for `other` in vain: for how
    // long that took, and the end of the backup.
    [[nodiscard]] std::pair<Clock::duration, Error>
    change_while_it_waits_for(std::string const &other) {
        std::string const database = create_database("both");
        run_sql(database, "CREATE TABLE a(i int); CREATE TABLE z(i int); BEGIN; LOCK TABLE " +
                              other + "; PREPARE TRANSACTION 'other'");
        BackupOptions impatient = options(database);
        impatient.lock_wait_timeout = 500ms;
        impatient.longest_blocking = 500ms;
        Clock::duration waited{0};
        std::jthread application{[&] {
            wait_for(database, "SELECT FROM pg_locks WHERE relation = 'a'::regclass AND granted "
                               "AND mode = 'AccessShareLock' AND pid <> pg_backend_pid()");
            waited = time_to_change(database, "ALTER TABLE a ADD COLUMN more int");
            run_sql(database, "ROLLBACK PREPARED 'other'"); // should the backup still wait for it
        }};
        Error const error = error_of([&] { (void)back_up(impatient); });
        application.join();
        return {waited, error};
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
            change(database, sql);
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
    std::string const database = database_with_partitions();
    run_sql(database, "CREATE TABLE t(id bigserial); INSERT INTO t SELECT FROM "
                      "generate_series(1, 1000)");
    BackupOptions slow = options(database);
    slow.max_rate = 2'000'000;
    slow.jobs = 1;
    std::jthread application{[&](std::stop_token const &stop) {
        while (!stop.stop_requested()) {
            run_sql(database, "INSERT INTO t SELECT FROM generate_series(1, 200)");
        }
    }};
    BackupReport const report = back_up(slow);
    application.request_stop();
    std::string const copy = copy_with_psql(report.archive);
    EXPECT_EQ(query_sql(copy, "SELECT last_value > (SELECT max(id) FROM t) FROM t_id_seq"), "t")
        << "no row was inserted between the snapshot and the reading of the sequence";
    EXPECT_EQ(query_sql(copy, "SELECT nextval('t_id_seq') > max(id) FROM t"), "t");
}

TEST_F(BackupConcurrency, NeitherSavesNorWaitsForWhatALongTransactionHasNotCommitted) {
    std::string const database = database_with_partitions();
    run_sql(database, "CREATE TABLE t(i int); INSERT INTO t VALUES (1)");
    BackupOptions slow = options(database);
    slow.max_rate = 2'000'000;
    slow.jobs = 1;
    slow.lock_wait_timeout = 5s;
    slow.longest_blocking = 5s;
    Connection writer = open_test(database);
    writer.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
    writer.execute("INSERT INTO public.t VALUES (2)");
    std::jthread application{[&] {
        wait_for_copy(database);
        writer.execute("INSERT INTO public.t VALUES (3); UPDATE public.p SET i = i WHERE i < 10");
    }};
    BackupReport const report = back_up(slow);
    application.join();
    writer.execute("INSERT INTO public.t VALUES (4)");
    writer.execute("COMMIT");
    std::string const rows = "SELECT string_agg(i::text, ' ' ORDER BY i) FROM t";
    EXPECT_EQ(query_sql(copy_with_psql(report.archive), rows), "1");
    EXPECT_EQ(query_sql(copy_with_psql(back_up(options(database)).archive), rows), "1 2 3 4");
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

// pg_dump has locked one table and waits for the other, which nobody will give away.
TEST_F(BackupConcurrency, KeepsNobodyWaitingForLongWhileItWaitsItself) {
    auto const [waited, error] = change_while_it_waits_for("z");
    EXPECT_EQ(error.kind(), ErrorKind::failed) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("public.z"));
    EXPECT_LT(waited, 5s);
    EXPECT_THAT(files(), IsEmpty());
}

// It has locked them all, and will not come to the end of the catalog.
TEST_F(BackupConcurrency, KeepsNobodyWaitingForLongWhileTheSchemaIsRead) {
    auto const [waited, error] = change_while_it_waits_for("pg_catalog.pg_ts_parser");
    EXPECT_EQ(error.kind(), ErrorKind::failed) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("for this backup (AccessExclusiveLock on table public.a"));
    EXPECT_LT(waited, 5s);
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(backends_left(), "0");
}

// The table is copied slowly for half a minute; the application wants to change it after the first
// moment.
TEST_F(BackupConcurrency, GivesUpWhenSomebodyHasWaitedForItTooLong) {
    std::string const database = database_with_partitions();
    BackupOptions slow = options(database);
    slow.max_rate = 50'000;
    slow.jobs = 1;
    slow.longest_blocking = 500ms;
    Clock::duration waited{0};
    {
        std::jthread const application{[&] {
            wait_for_copy(database);
            waited = time_to_change(database, "ALTER TABLE p ADD COLUMN more int");
        }};
        Error const error = error_of([&] { (void)back_up(slow); });
        EXPECT_EQ(error.kind(), ErrorKind::failed) << error.what();
        EXPECT_THAT(error.what(),
                    HasSubstr("for this backup (AccessExclusiveLock on table public.p"));
        EXPECT_THAT(error.hint(), HasSubstr("--lock-wait-timeout"));
    }
    EXPECT_GE(waited, 500ms);
    EXPECT_LT(waited, 5s);
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
        change(database, "ALTER TABLE p ADD COLUMN more int");
    }};
    EXPECT_NO_THROW((void)back_up(slow));
}

// A server of its own, since all of its connections are taken. Three are left to superusers only.
TEST_F(BackupConcurrency, NeedsFourConnectionsAndSaysWhatToDoWithout) {
    constexpr std::size_t kMost = 200;
    constexpr std::size_t kForSuperusers = 3;
    constexpr std::size_t kNeeded = 4; // keeper, observer, pg_dump and a worker
    ScratchOptions many;
    many.settings = {{"max_connections", std::to_string(kMost)},
                     {"superuser_reserved_connections", std::to_string(kForSuperusers)}};
    ScratchServer const server{many, {}};
    BackupOptions plain = options("postgres");
    plain.connection.keywords["host"] = server.socket_folder();
    plain.connection.keywords["port"] = server.port();
    Connection superuser{plain.connection, test_policy(), {}};
    superuser.execute(
        "CREATE ROLE crowd LOGIN IN ROLE pg_read_all_data; CREATE TABLE public.t AS SELECT "
        "generate_series(1, 10)");
    plain.connection.keywords["user"] = "crowd";

    std::vector<Connection> crowd;
    auto const leave = [&](std::size_t left) {
        wait_for_others(superuser, crowd.size());
        while (crowd.size() < kMost - kForSuperusers - 1 - left) { // the superuser has one
            crowd.emplace_back(plain.connection, test_policy(), std::stop_token{});
        }
    };
    leave(kNeeded);
    plain.jobs = 1;
    EXPECT_EQ(table(back_up(plain), "t").proof.rows, 10U);
    std::filesystem::remove_all(folder_.file("repository"));

    // With one more, the worker may be in time to take that of pg_dump.
    for (std::size_t const left : {2U, 1U, 0U}) {
        leave(left);
        for (unsigned const jobs : {1U, 4U}) {
            SCOPED_TRACE(std::to_string(left) + " left for " + std::to_string(jobs) + " jobs");
            wait_for_others(superuser, crowd.size());
            plain.jobs = jobs;
            Error const error = error_of([&] { (void)back_up(plain); });
            EXPECT_EQ(error.kind(), ErrorKind::connection) << error.what();
            EXPECT_EQ(exit_code(error.kind()), 1);
            EXPECT_THAT(error.what(), HasSubstr("connection slots"));
            EXPECT_THAT(error.hint(), HasSubstr("--jobs"));
            EXPECT_THAT(files(), IsEmpty());
        }
    }
}
