// For how long a backup keeps others waiting: until it has read everything, and not while it
// pauses.

#include "backup/backup_fixture.hpp"
#include "backup/hooked_progress.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;

namespace {

class BackupLockRelease : public BackupLive {
protected:
    static std::string database_with_a_label() {
        std::string database = create_database("released");
        run_sql(database, "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t AS SELECT 'sad'::mood");
        return database;
    }

    // Locks on tables and transactions of the keeper.
    static std::string held(std::string const &database) {
        return query_sql(database, "SELECT count(*) FILTER (WHERE l.locktype = 'relation'), "
                                   "count(DISTINCT a.pid) FILTER (WHERE a.xact_start IS NOT NULL) "
                                   "FROM pg_stat_activity a LEFT JOIN pg_locks l USING (pid) WHERE "
                                   "a.application_name = 'pgkeep keeper'");
    }
};

} // namespace

TEST_F(BackupLockRelease, IsAtTheEndOfReadingAndNotOfTheDrill) {
    std::string const database = database_with_a_label();
    std::string in_drill;
    BackupOptions drilled = options(database);
    drilled.drill = [&](auto const &...) {
        in_drill = held(database);
        run_sql(database, "SET lock_timeout = '5s'; ALTER TABLE t ADD COLUMN more int");
        return DrillVerdict{};
    };
    EXPECT_TRUE(back_up(drilled).drilled);
    EXPECT_EQ(in_drill, "0|0");
}

TEST_F(BackupLockRelease, ComesBeforeTheReadingBack) {
    std::string const database = database_with_a_label();
    std::string in_check;
    HookedProgress progress{[&](std::string_view name, int /*time*/) {
        if (name == "verify") {
            in_check = held(database);
        }
    }};
    (void)backup_database(options(database), repository(), stop_.get_token(), progress);
    EXPECT_EQ(in_check, "0|0");
}

TEST_F(BackupLockRelease, ComesBeforeThePauseOfAnotherAttempt) {
    std::string const database = database_with_a_label();
    std::string between;
    HookedProgress progress{[&](std::string_view name, int time) {
        if (name == "data" && time == 1) {
            run_sql(database, "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
        }
        if (name == "schema" && time == 2) {
            between = held(database);
        }
    }};
    (void)backup_database(options(database), repository(), stop_.get_token(), progress);
    EXPECT_EQ(between, "0|0");
}
