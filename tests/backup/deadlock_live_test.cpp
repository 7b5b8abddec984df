// A migration that locks tables in another order than a backup does.

#include "backup/backup_fixture.hpp"
#include "support/log_capture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

using namespace pgkeep;
using testing::HasSubstr;

namespace {

class BackupDeadlock : public BackupLive {
protected:
    // Locks b, then a as soon as `waiter` waits for b; never gives way in a deadlock, and ends.
    static std::string migration(std::string const &waiter) {
        return "SET deadlock_timeout = '60s'; BEGIN; ALTER TABLE b ADD COLUMN more int; DO $$ "
               "BEGIN FOR i IN 1..6000 LOOP PERFORM pg_stat_clear_snapshot(); IF EXISTS (SELECT "
               "FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE NOT l.granted AND "
               "l.relation = 'b'::regclass AND a.application_name LIKE '" +
               waiter +
               "%') THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE 'waited in "
               "vain'; END $$; ALTER TABLE a ADD COLUMN more int; COMMIT";
    }
    static bool is_locked(std::string const &database) {
        return query_sql(database, "SELECT count(*) FROM pg_locks WHERE relation = 'b'::regclass "
                                   "AND mode = 'AccessExclusiveLock'") == "1";
    }
};

} // namespace

TEST_F(BackupDeadlock, IsAnsweredByAnotherAttempt) {
    std::string const database = create_database("deadlock");
    run_sql(database, "CREATE TABLE a(i int); CREATE TABLE b(i int); INSERT INTO b VALUES (1)");
    std::jthread const application{[&] { run_sql(database, migration("pg_dump")); }};
    while (!is_locked(database)) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    LogCapture const log;
    BackupReport const report = back_up(options(database));
    EXPECT_EQ(table(report, "b").columns.size(), 2U);
    EXPECT_EQ(table(report, "a").columns.size(), 2U);
    EXPECT_THAT(log.text(), HasSubstr("deadlock detected"));
}
