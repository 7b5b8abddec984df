// Indexes and constraints of big tables are built before the rest of post-data, and as safely.

#include "restore/early_objects.hpp"
#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class RestoreEarly : public RestoreLive {
protected:
    // A table of twice the size that makes it big.
    static std::string big_table(std::string const &name) {
        return "CREATE TABLE " + name +
               " WITH (autovacuum_enabled = false) AS SELECT i, i % 1000 AS few, "
               "repeat(md5(i::text), 32) AS filler FROM generate_series(1, " +
               std::to_string(2 * kBigTable / 1024) + ") AS i; ";
    }

    // An index on `table` whose building never ends when it is restored.
    static std::string endless_index(std::string const &table) {
        std::string const head = "CREATE OR REPLACE FUNCTION endless(int) RETURNS int LANGUAGE "
                                 "plpgsql IMMUTABLE AS $$BEGIN ";
        return head + "RETURN $1; END$$; CREATE INDEX endless_i ON " + table + " (endless(i)); " +
               head + "PERFORM pg_catalog.pg_sleep(600); RETURN $1; END$$; ";
    }

    static bool runs(std::string const &query_pattern) {
        return query_sql("postgres",
                         "SELECT count(*) FROM pg_stat_activity WHERE application_name = "
                         "'pg_restore' AND state = 'active' AND query LIKE '" +
                             query_pattern + "'") != "0";
    }

    // That the restore came as far as `loaded` would mean that nothing was built early.
    static RestoreHooks not_later_than_the_load() {
        return {[](RestoreStep step, std::string const &) {
            EXPECT_NE(step, RestoreStep::loaded) << "the index was not built early";
        }};
    }

    void expect_nothing_left(std::string const &target) {
        EXPECT_FALSE(exists(target));
        EXPECT_THAT(staging_left(), IsEmpty());
        EXPECT_EQ(backends_left(), "0");
    }
};

} // namespace

TEST_F(RestoreEarly, RestoresWhatWasDumped) {
    std::string const database = create_database();
    run_sql(database,
            big_table("big") +
                "ALTER TABLE big ADD PRIMARY KEY (i); CREATE INDEX big_few ON big (few); "
                "COMMENT ON INDEX big_few IS 'early'; "
                "COMMENT ON CONSTRAINT big_pkey ON big IS 'early, too'; ALTER TABLE big CLUSTER ON "
                "big_few; "
                "CREATE TABLE small AS SELECT i FROM generate_series(0, 999) AS i; "
                "ALTER TABLE small ADD PRIMARY KEY (i); "
                "ALTER TABLE big ADD FOREIGN KEY (few) REFERENCES small; "
                "ALTER TABLE small ADD FOREIGN KEY (i) REFERENCES small; "
                "CREATE MATERIALIZED VIEW view AS SELECT few, count(*) FROM big GROUP BY few; "
                "CREATE UNIQUE INDEX ON view (few)");
    std::string const target = new_name();
    std::string early;
    RestoreHooks const hooks{[&](RestoreStep step, std::string const &staging) {
        if (step == RestoreStep::loaded) {
            early = query_sql(staging, "SELECT string_agg(relname, ' ' ORDER BY relname) FROM "
                                       "pg_class WHERE relkind = 'i' AND relnamespace = "
                                       "'public'::regnamespace") +
                    " " +
                    query_sql(staging, "SELECT conname FROM pg_constraint WHERE contype = 'f'");
        }
    }};
    (void)restore(back_up(database), options(target), hooks);
    EXPECT_EQ(early, "big_few big_pkey small_pkey big_few_fkey");
    expect_same(database, target);
}

TEST_F(RestoreEarly, FailsWithTheMessageOfPgRestoreAndEndsTheOtherBuilds) {
    std::string const database = create_database();
    // A unique index over rows that are not: rows added while the index is switched off.
    run_sql(database, big_table("a") + endless_index("a") + big_table("b") +
                          "CREATE UNIQUE INDEX broken_i ON b (i); "
                          "UPDATE pg_index SET indisready = false WHERE indexrelid = "
                          "'broken_i'::regclass");
    run_sql(database, "INSERT INTO b SELECT i, few, filler FROM b WHERE i = 7");
    run_sql(database,
            "UPDATE pg_index SET indisready = true WHERE indexrelid = 'broken_i'::regclass");
    std::string const path = back_up(database);
    std::string const target = new_name();
    Error const error =
        error_of([&] { (void)restore(path, options(target), not_later_than_the_load()); });
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("pg_restore failed (exit code 1)"),
                                    HasSubstr("could not create unique index \"broken_i\""),
                                    HasSubstr("Key (i)=(7) is duplicated")));
    expect_nothing_left(target);
}

TEST_F(RestoreEarly, StopsInTheMiddleOfABuild) {
    std::string const database = create_database();
    run_sql(database, big_table("a") + endless_index("a"));
    std::string const path = back_up(database);
    std::string const target = new_name();
    std::jthread const stopper{[&](std::stop_token const &ended) {
        while (!ended.stop_requested() && !runs("CREATE INDEX%")) {
        }
        stop_.request_stop();
    }};
    Error const error =
        error_of([&] { (void)restore(path, options(target), not_later_than_the_load()); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled) << error.what();
    expect_nothing_left(target);
}
