#include "backup/backup_fixture.hpp"
#include "repository/lock.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <chrono>
#include <iostream>
#include <thread>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

// Waits until the server answers `true`. Throws after a minute, so that a test that went another
// way ends.
void wait_until(std::string const &database, std::string const &condition) {
    run_sql(database, "DO $$ BEGIN FOR i IN 1..6000 LOOP PERFORM pg_stat_clear_snapshot(); IF " +
                          condition +
                          " THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE 'waited "
                          "in vain'; END $$");
}

class BackupFaults : public BackupLive {
protected:
    // A database whose backup takes seconds at a limited rate, because its text does not compress.
    [[nodiscard]] std::string slow_database() const {
        std::string database = create_database("slow");
        run_sql(database, "CREATE TABLE big AS SELECT i, (SELECT string_agg(md5(random()::text), "
                          "'') FROM generate_series(1, 30) j WHERE i > 0) AS v "
                          "FROM generate_series(1, 40000) i; CREATE TABLE small AS SELECT i FROM "
                          "generate_series(1, 10) i");
        return database;
    }
};

} // namespace

TEST_F(BackupFaults, NamesTheTableThatMayNotBeRead) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE open_table(i int); CREATE TABLE closed_table(i int); CREATE "
                      "ROLE reader_role LOGIN; "
                      "GRANT SELECT ON open_table TO reader_role");
    BackupOptions reader = options(database);
    reader.connection.keywords["user"] = "reader_role";
    Error const error = error_of([&] { (void)back_up(reader); });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_THAT(error.what(), HasSubstr("closed_table"));
    EXPECT_THAT(error.hint(), HasSubstr("GRANT SELECT"));
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(BackupFaults, LeavesNoFolderForADatabaseThatDoesNotExist) {
    Error const error = error_of([&] { (void)back_up(options("no such database")); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_FALSE(std::filesystem::exists(repository().folder()));
}

TEST_F(BackupFaults, FailsInsteadOfSavingTheRowsThatAPolicyShows) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE secrets(i int); INSERT INTO secrets VALUES (1), (2); ALTER "
                      "TABLE secrets ENABLE ROW LEVEL SECURITY; "
                      "CREATE POLICY one ON secrets USING (i = 1); CREATE ROLE limited_role LOGIN; "
                      "GRANT SELECT ON secrets TO limited_role");
    BackupOptions limited = options(database);
    limited.connection.keywords["user"] = "limited_role";
    Error const error = error_of([&] { (void)back_up(limited); });
    EXPECT_THAT(error.what(), HasSubstr("row-level security"));
    EXPECT_THAT(error.hint(), HasSubstr("BYPASSRLS"));
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(BackupFaults, LeavesNothingWhenItIsStopped) {
    std::string const database = slow_database();
    BackupOptions slow = options(database);
    slow.max_rate = 2'000'000;
    for (auto const delay : {0ms, 20ms, 60ms, 150ms, 400ms, 1000ms}) {
        std::stop_source stop;
        std::jthread const stopper{[&] {
            std::this_thread::sleep_for(
                delay); // the moment is what varies, not a wait for something
            stop.request_stop();
        }};
        NoProgress progress;
        Error const error = error_of(
            [&] { (void)backup_database(slow, repository(), stop.get_token(), progress); });
        EXPECT_EQ(error.kind(), ErrorKind::cancelled) << error.what();
        EXPECT_THAT(files(), IsEmpty());
        EXPECT_EQ(backends_left(), "0");
    }
}

TEST_F(BackupFaults, CopiesATableForWhichSomebodyWaitsExclusively) {
    std::string const database = slow_database();
    BackupOptions slow = options(database);
    slow.max_rate = 8'000'000;
    slow.jobs = 1; // so that `small` comes after `big`
    std::jthread const exclusive{[&] {
        wait_until(database,
                   "EXISTS (SELECT FROM pg_locks WHERE relation = 'small'::regclass AND granted)");
        run_sql(database, "BEGIN; LOCK TABLE small IN ACCESS EXCLUSIVE MODE; COMMIT");
    }};
    BackupReport const report = back_up(slow);
    EXPECT_EQ(table(report, "small").proof.rows, 10U);
    EXPECT_EQ(table(report, "big").proof.rows, 40000U);
}

TEST_F(BackupFaults, GivesUpAfterTheLockTimeout) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t(i int)");
    std::jthread const holder{[&] {
        run_sql(database,
                "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT");
    }};
    wait_until(database, "EXISTS (SELECT FROM pg_locks WHERE relation = 't'::regclass AND mode = "
                         "'AccessExclusiveLock' AND granted)");
    BackupOptions impatient = options(database);
    impatient.lock_wait_timeout = 100ms;
    Error const error = error_of([&] { (void)back_up(impatient); });
    EXPECT_THAT(error.what(), HasSubstr("lock"));
    EXPECT_THAT(error.hint(), HasSubstr("--lock-wait-timeout"));
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(BackupFaults, LetsOnlyOneRunWorkOnADatabase) {
    std::string const database = create_database();
    repository().prepare(database);
    RunLock const held{repository().database_folder(database), "the test"};
    Error const error = error_of([&] { (void)back_up(options(database)); });
    EXPECT_EQ(error.kind(), ErrorKind::locked);
    EXPECT_THAT(error.what(), HasSubstr("the test"));
}

TEST_F(BackupFaults, SweepsWhatADeadRunLeft) {
    std::string const database = create_database();
    repository().prepare(database);
    std::string const left =
        repository().database_folder(database) + "/." + database + ".tmp-4194305-00c0ffee";
    FileDescriptor const leftover{::open(left.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    ASSERT_TRUE(leftover.valid());
    (void)back_up(options(database));
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_EQ(files().size(), 1U);
}

TEST_F(BackupFaults, ReportsAFullDevice) {
    std::string const database = slow_database();
    NoProgress progress;
    Error const error = error_of([&] {
        (void)backup_database(options(database), ToFile{"/dev/full"}, stop_.get_token(), progress);
    });
    EXPECT_EQ(error.kind(), ErrorKind::no_space);
    EXPECT_EQ(backends_left(), "0");
}

TEST_F(BackupFaults, ReportsAConnectionThatTheServerEnds) {
    std::string const database = slow_database();
    BackupOptions slow = options(database);
    slow.max_rate = 2'000'000;
    for (std::string const victim : {"worker%", "keeper"}) {
        std::jthread const killer{[&] {
            wait_until("postgres",
                       "EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE "
                       "'pgkeep worker%' AND query LIKE '%COPY%')");
            run_sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                                "application_name LIKE 'pgkeep " +
                                    victim + "'");
        }};
        Error const error = error_of([&] { (void)back_up(slow); });
        EXPECT_EQ(error.kind(), ErrorKind::connection) << error.what();
        EXPECT_THAT(files(), IsEmpty());
        EXPECT_EQ(backends_left(), "0");
    }
}

// Sessions that insert, delete, truncate, add and drop columns and tables while backups run. Money
// moves between accounts, so a consistent snapshot has the same sum; every entry has its account,
// so the foreign key holds.
TEST_F(BackupFaults, TakesOneConsistentSnapshotUnderLoad) {
    std::string const database = create_database("load");
    run_sql(database,
            "CREATE TABLE account(id int PRIMARY KEY, balance int NOT NULL); INSERT INTO account "
            "SELECT i, 100 FROM generate_series(1, 2000) i; "
            "CREATE TABLE entry(id bigserial PRIMARY KEY, account int REFERENCES account, filler "
            "text); "
            "INSERT INTO entry(account, filler) SELECT 1 + i % 2000, repeat('x', 200) FROM "
            "generate_series(1, 50000) i; "
            "CREATE TABLE pair_a AS SELECT generate_series(1, 50) AS i; CREATE TABLE pair_b AS "
            "TABLE pair_a; CREATE TABLE shifting(i int)");
    std::atomic<bool> stop{false};
    auto const loop = [&](std::string const &sql) {
        return std::jthread{[&stop, sql, database] {
            while (!stop) {
                (void)run_shell("printf %s \"$2\" | psql -qX -d \"$1\"", {database, sql});
            }
        }};
    };
    {
        struct StopAtEnd {
            std::atomic<bool> &stop;
            ~StopAtEnd() { stop = true; }
        };
        auto const money = loop("DO $$ BEGIN FOR i IN 1..200 LOOP UPDATE account SET balance = "
                                "balance - 1 WHERE id = 1 + i % 1000; "
                                "UPDATE account SET balance = balance + 1 WHERE id = 2000 - i % "
                                "1000; COMMIT; END LOOP; END $$");
        auto const entries = loop("INSERT INTO entry(account) SELECT 1 + i % 2000 FROM "
                                  "generate_series(1, 500) i; DELETE FROM entry WHERE id % 7 = 0");
        auto const pairs = loop(
            "BEGIN; TRUNCATE pair_a, pair_b; INSERT INTO pair_a SELECT generate_series(1, "
            "50); INSERT INTO pair_b SELECT generate_series(1, 50); COMMIT; SELECT pg_sleep(0.7)");
        auto const ddl =
            loop("ALTER TABLE shifting ADD COLUMN c int DEFAULT 1; ALTER TABLE shifting DROP "
                 "COLUMN c; CREATE TABLE brief(i int); DROP TABLE brief; VACUUM account; SELECT "
                 "pg_sleep(1)");
        StopAtEnd const at_end{stop};
        int published = 0;
        for (int i = 0; i < 6; ++i) {
            try {
                BackupReport const report = back_up(options(database));
                ++published;
                std::string const copy = copy_with_psql(report.archive);
                EXPECT_EQ(query_sql(copy, "SELECT sum(balance) FROM account"), "200000");
                // At every commit each of the two has 50 rows. A TRUNCATE between snapshot and
                // lock takes them from the snapshot, and nothing that was so changed is published.
                EXPECT_EQ(query_sql(copy, "SELECT (SELECT count(*) FROM pair_a), (SELECT count(*) "
                                          "FROM pair_b)"),
                          "50|50");
            } catch (Error const &error) {
                EXPECT_EQ(error.kind(), ErrorKind::schema_moved) << error.what();
                std::cout << "not published: " << error.what() << std::endl;
            }
        }
        EXPECT_GT(published, 0);
        EXPECT_EQ(files().size(), static_cast<std::size_t>(published));
    }
}
