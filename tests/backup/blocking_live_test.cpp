// For how long others wait for what pg_dump and the keeper have locked, while these wait
// themselves.

#include "backup/backup_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

class BackupBlocking : public BackupLive {
protected:
    static void wait_for_waiting_pg_dump(std::string const &database) {
        run_sql("postgres", "DO $$ BEGIN FOR i IN 1..6000 LOOP PERFORM pg_stat_clear_snapshot(); "
                            "IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = '" +
                                database +
                                "' AND application_name LIKE 'pg_dump%' AND wait_event_type = "
                                "'Lock') THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; "
                                "RAISE 'waited in vain'; END $$");
    }

    // What `sql` says that runs as soon as pg_dump waits for the prepared transaction `held`, which
    // ends behind it; the error of the backup goes to `error`.
    std::string said_meanwhile(BackupOptions const &backup, std::string const &sql,
                               std::optional<Error> &error) {
        std::string const &database = backup.connection.keywords.at("dbname");
        std::string said;
        std::jthread const application{[&] {
            wait_for_waiting_pg_dump(database);
            said = run_shell("psql -XqAt -d \"$1\" -c \"SET lock_timeout = '5s'\" -c \"$2\" && "
                             "echo done",
                             {database, sql})
                       .out;
            run_sql(database, "ROLLBACK PREPARED 'held'");
        }};
        error = error_of([&] { (void)back_up(backup); });
        return said;
    }
};

} // namespace

TEST_F(BackupBlocking, EndsWhenSomebodyWaitsForPgDumpWhichWaitsItself) {
    for (auto const our_wait : {500ms, 60'000ms}) {
        std::string const database = create_database("queue");
        run_sql(database, "CREATE TABLE a(i int); CREATE TABLE z(i int); BEGIN; LOCK TABLE z; "
                          "PREPARE TRANSACTION 'held'");
        BackupOptions bounded = options(database);
        bounded.lock_wait_timeout = our_wait;
        bounded.longest_blocking = 500ms;
        std::optional<Error> error;
        std::string const said =
            said_meanwhile(bounded, "ALTER TABLE a ADD COLUMN more int", error);
        EXPECT_EQ(said, "done\n");
        EXPECT_EQ(error->kind(), ErrorKind::failed) << error->what();
        EXPECT_THAT(error->hint(), HasSubstr("--lock-wait-timeout"));
        if (our_wait > 500ms) {
            EXPECT_THAT(error->what(),
                        HasSubstr("for this backup (AccessExclusiveLock on table public.a"));
        }
    }
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(backends_left(), "0");
}

// pg_dump locks a materialized view to print it, and the keeper does not.
TEST_F(BackupBlocking, EndsWhenSomebodyWaitsForWhatOnlyPgDumpHasLocked) {
    std::string const database = create_database("printed");
    run_sql(database, "CREATE TABLE t AS SELECT 1 AS i; CREATE MATERIALIZED VIEW a AS SELECT i "
                      "FROM t; CREATE MATERIALIZED VIEW z AS SELECT i FROM t; BEGIN; ALTER "
                      "MATERIALIZED VIEW z RENAME TO y; PREPARE TRANSACTION 'held'");
    BackupOptions bounded = options(database);
    bounded.longest_blocking = 500ms;
    std::optional<Error> error;
    EXPECT_EQ(said_meanwhile(bounded, "REFRESH MATERIALIZED VIEW a", error), "done\n");
    EXPECT_THAT(error->what(), HasSubstr("for this backup (AccessExclusiveLock on table public.a"));
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(backends_left(), "0");
}

TEST_F(BackupBlocking, IsWatchedWithoutAnEffectOnABackupThatNobodyWaitsFor) {
    std::string const database = create_database("watched");
    run_sql(database, "CREATE TABLE t AS SELECT generate_series(1, 1000)");
    BackupOptions bounded = options(database);
    bounded.longest_blocking = 500ms;
    EXPECT_EQ(table(back_up(bounded), "t").proof.rows, 1000U);
    EXPECT_EQ(backends_left(), "0");
}
