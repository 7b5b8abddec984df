// A restore that is stopped, or loses its server, leaves nothing behind, or says what it left.

#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

// Stops the restore when a phase has come to `bytes`.
class StoppingProgress : public Progress {
public:
    StoppingProgress(std::string phase, std::uint64_t bytes, std::stop_source &stop)
        : wanted_(std::move(phase)), bytes_(bytes), stop_(stop) {}
    void phase(std::string_view name, std::uint64_t /*total*/) override {
        active_ = name == wanted_;
        if (active_ && bytes_ == 0) {
            stop_.request_stop();
        }
    }
    void advance(std::uint64_t bytes) override {
        if (active_ && (seen_ += bytes) >= bytes_) {
            stop_.request_stop();
        }
    }

private:
    std::string wanted_;
    std::uint64_t bytes_;
    std::stop_source &stop_;
    std::atomic<bool> active_ = false;
    std::atomic<std::uint64_t> seen_ = 0;
};

class RestoreStop : public RestoreLive {
protected:
    std::string archive() {
        std::string const database = create_database();
        run_sql(database, "CREATE TABLE t AS SELECT i, repeat(md5(i::text), 20) AS s FROM "
                          "generate_series(1, 60000) i; "
                          "ALTER TABLE t ADD PRIMARY KEY (i); CREATE INDEX ON t (s)");
        return back_up(database);
    }

    void expect_nothing_left(std::string const &target) {
        EXPECT_FALSE(exists(target));
        EXPECT_THAT(staging_left(), IsEmpty());
        EXPECT_EQ(backends_left(), "0");
    }
};

class StopAtStep : public RestoreStop, public testing::WithParamInterface<RestoreStep> {};
class StopInPhase : public RestoreStop,
                    public testing::WithParamInterface<std::pair<char const *, std::uint64_t>> {};

} // namespace

TEST_P(StopAtStep, LeavesNothingBehind) {
    std::string const target = new_name();
    RestoreHooks const hooks{[&](RestoreStep step, std::string const &) {
        if (step == GetParam()) {
            stop_.request_stop();
        }
    }};
    Error const error = error_of([&] { (void)restore(archive(), options(target), hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled) << error.what();
    expect_nothing_left(target);
}

INSTANTIATE_TEST_SUITE_P(RestoreStop, StopAtStep,
                         testing::Values(RestoreStep::preflight, RestoreStep::created,
                                         RestoreStep::pre_data, RestoreStep::loaded,
                                         RestoreStep::post_data, RestoreStep::proven,
                                         RestoreStep::properties));

TEST_P(StopInPhase, LeavesNothingBehind) {
    std::string const target = new_name();
    std::string const path = archive();
    StoppingProgress progress{GetParam().first, GetParam().second, stop_};
    Error const error =
        error_of([&] { (void)restore_file(path, options(target), stop_.get_token(), progress); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled) << error.what();
    expect_nothing_left(target);
}

INSTANTIATE_TEST_SUITE_P(RestoreStop, StopInPhase,
                         testing::Values(std::pair{"data", 1}, std::pair{"data", 20 << 20},
                                         std::pair{"post-data", 0}, std::pair{"proof", 0},
                                         std::pair{"proof", 5 << 20}));

TEST_F(RestoreStop, StopsPgRestoreInTheMiddleOfAnIndex) {
    // An index whose expression sleeps, so that pg_restore is surely in it when the stop comes.
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE FUNCTION slow(int) RETURNS int LANGUAGE sql IMMUTABLE AS "
        "$$SELECT CASE WHEN pg_sleep(600) IS NULL THEN $1 ELSE $1 END$$; CREATE TABLE t (i int); "
        "CREATE INDEX ON t (slow(i)); ");
    std::string const path = back_up(database);
    std::string const target = new_name();
    RestoreHooks const hooks{[](RestoreStep step, std::string const &staging) {
        if (step == RestoreStep::loaded) {
            run_sql(staging, "INSERT INTO t VALUES (1)");
        }
    }};
    std::jthread const stopper{[&] {
        while (
            query_sql("postgres",
                      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_restore' "
                      "AND query LIKE 'CREATE INDEX%' AND state = 'active'") == "0") {
        }
        stop_.request_stop();
    }};
    Error const error = error_of([&] { (void)restore(path, options(target), hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled) << error.what();
    expect_nothing_left(target);
}

TEST_F(RestoreStop, RefusesANameThatWasTakenMeanwhile) {
    std::string const target = new_name();
    RestoreHooks const hooks{[&](RestoreStep step, std::string const &) {
        if (step == RestoreStep::properties) {
            run_sql("postgres", "CREATE DATABASE " + target);
        }
    }};
    Error const error = error_of([&] { (void)restore(archive(), options(target), hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_THAT(staging_left(), IsEmpty());
    EXPECT_EQ(query_sql(target, "SELECT count(*) FROM pg_class WHERE relname = 't'"), "0");
}

TEST_F(RestoreStop, DropsStagingWithSessionsOfOthersInIt) {
    std::string const target = new_name();
    std::optional<Connection> guest;
    RestoreHooks const hooks{[&](RestoreStep step, std::string const &staging) {
        if (step == RestoreStep::loaded) {
            ConnectPolicy policy;
            policy.retries = 0;
            guest.emplace(scratch_connection(staging), policy, std::stop_token{});
            stop_.request_stop();
        }
    }};
    EXPECT_EQ(error_of([&] { (void)restore(archive(), options(target), hooks); }).kind(),
              ErrorKind::cancelled);
    guest.reset();
    expect_nothing_left(target);
}

TEST_F(RestoreStop, DropsStagingThatHasASubscription) {
    std::string const target = new_name();
    Error const error = error_of([&] {
        (void)restore(archive(), options(target),
                      sql_after(RestoreStep::post_data,
                                "DELETE FROM t WHERE i = 1; CREATE SUBSCRIPTION s CONNECTION "
                                "'dbname=nowhere' PUBLICATION p WITH (connect = false)"));
    });
    EXPECT_EQ(error.kind(), ErrorKind::differs) << error.what();
    expect_nothing_left(target);
}

TEST_F(RestoreStop, DropsStagingThatBecameATemplate) {
    std::string const target = new_name();
    RestoreHooks const hooks{[&](RestoreStep step, std::string const &staging) {
        if (step == RestoreStep::properties) {
            run_sql("postgres", "ALTER DATABASE \"" + staging + "\" IS_TEMPLATE true");
            stop_.request_stop();
        }
    }};
    EXPECT_EQ(error_of([&] { (void)restore(archive(), options(target), hooks); }).kind(),
              ErrorKind::cancelled);
    expect_nothing_left(target);
}

TEST_F(RestoreStop, SaysWhatIsLeftWhenTheServerDied) {
    std::string const path = archive();
    std::string const target = new_name();
    std::string staging;
    RestoreHooks const hooks{[&](RestoreStep step, std::string const &name) {
        if (step == RestoreStep::pre_data) {
            staging = name;
            scratch_server().stop_immediately();
        }
    }};
    Error const error = error_of([&] { (void)restore(path, options(target), hooks); });
    scratch_server().start_again();
    EXPECT_EQ(error.kind(), ErrorKind::connection) << error.what();
    EXPECT_THAT(error.what(), AllOf(HasSubstr("staging database \"" + staging + "\" may be left"),
                                    HasSubstr("DROP DATABASE IF EXISTS \"" + staging + "\";")));
    EXPECT_FALSE(exists(target));
    // And the next run points at it.
    RestoreOptions dry = options(new_name());
    dry.dry_run = true;
    EXPECT_THAT(restore(path, dry).warnings, testing::Contains(HasSubstr(staging)));
    run_sql("postgres", "DROP DATABASE \"" + staging + "\"");
}
