// What others commit while a database is being replaced is never lost in silence: they are kept
// from writing (--in-place), or the old database stays and is named.

#include "restore/restore_fixture.hpp"
#include "restore/undo.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class LateChanges : public RestoreLive {
protected:
    LateChanges() : live_(create_database("live")) {
        run_sql(live_, "CREATE TABLE goods AS SELECT i AS id, 'thing' AS name FROM "
                       "generate_series(1, 1000) i; ALTER TABLE goods ADD PRIMARY KEY (id);"
                       "CREATE TABLE small AS SELECT 1 AS i; CREATE SEQUENCE numbers;"
                       "CREATE SCHEMA app; SELECT lo_from_bytea(4711, 'large')");
        archive_ = back_up(live_);
    }

    [[nodiscard]] RestoreOptions replacing() const {
        RestoreOptions replace = options(live_);
        replace.existing = ExistingDatabase::replace;
        replace.repository = folder_.file("repository");
        return replace;
    }
    [[nodiscard]] RestoreHooks meanwhile(std::string const &sql) const {
        return {[this, sql](RestoreStep step, std::string const &) {
            if (step == RestoreStep::loaded) {
                run_sql(live_, sql);
            }
        }};
    }
    // What a session says that wants to write at once, just when the safety snapshot was taken.
    [[nodiscard]] RestoreHooks writes_after_the_snapshot(std::string const &sql, bool &refused) {
        return {[this, sql, &refused](RestoreStep step, std::string const &) {
            if (step == RestoreStep::safety) {
                refused = query_sql(live_, "SET lock_timeout = '300ms'; DO $$ BEGIN " + sql +
                                               "; RAISE 'written'; EXCEPTION WHEN"
                                               " lock_not_available THEN END $$; SELECT count(*)"
                                               " FROM goods") == "1000";
            }
        }};
    }

    std::string live_;
    std::string archive_;
};

TEST_F(LateChanges, ThatWriteNoRowKeepTheOldDatabaseToo) {
    std::vector<std::pair<std::string, std::string>> const changes{
        {"SELECT lo_put(4711, 0, 'other')", "large objects"},
        {"SELECT lo_create(4712)", "large objects"},
        {"TRUNCATE small", "tables"},
        {"CREATE TABLE more (i int)", "tables"},
        {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "definitions"},
        {"ALTER TABLE goods RENAME COLUMN name TO title", "definitions"},
        {"SELECT setval('numbers', 12345)", "sequences"},
        {"ALTER DATABASE \"" + live_ + "\" SET track_counts = off;", "track_counts is off"},
    };
    for (auto const &[sql, named] : changes) {
        RestoreReport const report = restore(archive_, replacing(), meanwhile(sql));
        EXPECT_TRUE(report.attention) << sql;
        EXPECT_THAT(report.warnings, Contains(HasSubstr(named))) << sql;
        ASSERT_FALSE(report.old_database.empty()) << sql;
        run_sql("postgres", "ALTER DATABASE \"" + live_ + "\" RESET ALL");
    }
}

TEST_F(LateChanges, AreNotSeenInWhatChangesNothing) {
    RestoreReport const report = restore(
        archive_, replacing(),
        meanwhile("ANALYZE;\nVACUUM FREEZE;\nCREATE TEMPORARY TABLE t AS SELECT * FROM goods;"
                  "SELECT count(*) FROM goods"));
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_FALSE(report.attention);
    EXPECT_THAT(report.old_database, IsEmpty());
}

TEST_F(LateChanges, CannotComeBetweenTheSnapshotAndARestoreInPlace) {
    RestoreOptions in_place = replacing();
    in_place.existing = ExistingDatabase::in_place;
    for (char const *sql : {"INSERT INTO goods VALUES (5000, 'late')", "TRUNCATE small"}) {
        bool refused = false;
        EXPECT_TRUE(restore(archive_, in_place, writes_after_the_snapshot(sql, refused)).proven);
        EXPECT_TRUE(refused) << sql;
    }
}

TEST_F(LateChanges, CannotComeBetweenTheSnapshotAndRowsThatAreReplaced) {
    RestoreOptions rows = replacing();
    rows.existing = ExistingDatabase::in_place;
    rows.part.schema = false;
    rows.part.existing_rows = ExistingRows::replace;
    bool refused = false;
    EXPECT_TRUE(restore(archive_, rows,
                        writes_after_the_snapshot("UPDATE goods SET name = 'late'", refused))
                    .proven);
    EXPECT_TRUE(refused);
}

TEST_F(LateChanges, ThatNoLockKeepsAwayEndARestoreInPlace) {
    RestoreOptions in_place = replacing();
    in_place.existing = ExistingDatabase::in_place;
    std::vector<std::pair<std::string, std::string>> const changes{
        {"CREATE TABLE orders AS SELECT 1 AS id; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS "
         "'SELECT 1'; SELECT lo_from_bytea(4712, 'precious')",
         "table public.orders"},
        {"CREATE TABLE app.late (i int)", "table app.late"},
        {"CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'", "definitions"},
        {"SELECT nextval('numbers')", "sequences"},
    };
    for (auto const &[sql, named] : changes) {
        Error const error = error_of([&, &sql = sql] {
            (void)restore(archive_, in_place, {[&](RestoreStep step, std::string const &) {
                              if (step == RestoreStep::safety) {
                                  run_sql(live_, sql);
                              }
                          }});
        });
        EXPECT_THAT(error.what(), HasSubstr("others changed the database")) << sql;
        EXPECT_THAT(error.what(), HasSubstr(named)) << sql;
        EXPECT_THAT(error.hint(), HasSubstr("Everything was rolled back"));
    }
    EXPECT_EQ(query_sql(live_, "SELECT id, f(), encode(lo_get(4712), 'escape') FROM orders"),
              "1|2|precious");
}

TEST_F(LateChanges, ThatCameBeforeTheLockAreInTheSnapshot) {
    run_sql(live_, "INSERT INTO goods VALUES (5000, 'in time')");
    RestoreOptions in_place = replacing();
    in_place.existing = ExistingDatabase::in_place;
    EXPECT_TRUE(restore(archive_, in_place).proven);
    EXPECT_EQ(query_sql(live_, "SELECT count(*) FROM goods WHERE id = 5000"), "0");
    NoProgress progress;
    (void)undo_restore(in_place, in_place.repository, {}, progress);
    EXPECT_EQ(query_sql(live_, "SELECT name FROM goods WHERE id = 5000"), "in time");
}

} // namespace
} // namespace pgkeep
