// Who is ended when somebody has waited too long for a backup, and who is not.

#include "backup/backup_fixture.hpp"
#include "backup/blocked_watch.hpp"
#include "base/cancel.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

// One session holds table t, another waits for it.
class BlockedWatchLive : public testing::Test {
protected:
    BlockedWatchLive() {
        run_sql(database_, "CREATE TABLE t(i int)");
        holding_.execute("BEGIN; LOCK TABLE public.t");
        waiting_ = std::jthread{[this] {
            Connection connection = connect();
            connection.execute("BEGIN; LOCK TABLE public.t");
        }};
        while (query_sql(database_, "SELECT count(*) FROM pg_locks WHERE NOT granted") != "1") {
            std::this_thread::sleep_for(10ms);
        }
    }
    ~BlockedWatchLive() override { holding_ = connect(); }

    [[nodiscard]] Connection connect() const {
        ConnectPolicy policy;
        policy.label = "test";
        policy.retries = 0;
        return Connection{scratch_connection(database_), policy, {}};
    }

    // As that of a session which ended, whose number the server gave to `connection`.
    [[nodiscard]] static ServerSession earlier_namesake(Connection &connection) {
        return {own_session(connection).pid, "2001-01-01 00:00:00+00"};
    }

    std::string database_ = create_database("watched");
    Connection holding_ = connect();
    Connection observer_ = connect();
    std::jthread waiting_;
};

} // namespace

TEST_F(BlockedWatchLive, SeesWhoWaitsForASession) {
    auto const blocked = list_blocked_by(observer_, {{own_session(holding_)}, {}});
    ASSERT_EQ(blocked.size(), 1U);
    EXPECT_EQ(blocked[0].waits_for, "AccessExclusiveLock on table public.t");
}

TEST_F(BlockedWatchLive, SeesWhoWaitsForASessionOfTheName) {
    holding_.execute("SET application_name = 'pg_dump 1'");
    EXPECT_EQ(list_blocked_by(observer_, {{}, "pg_dump 1"}).size(), 1U);
    EXPECT_THAT(list_blocked_by(observer_, {{}, "pg_dump 2"}), IsEmpty());
    end_sessions(observer_, {{}, "pg_dump 2"});
    EXPECT_NO_THROW(holding_.execute("SELECT"));
    end_sessions(observer_, {{}, "pg_dump 1"});
    EXPECT_ANY_THROW(holding_.execute("SELECT"));
}

TEST_F(BlockedWatchLive, TakesNobodyForASessionThatHasEnded) {
    EXPECT_THAT(list_blocked_by(observer_, {{earlier_namesake(holding_)}, {}}), IsEmpty());
}

TEST_F(BlockedWatchLive, EndsNobodyWhoHasTheNumberOfASessionThatHasEnded) {
    end_sessions(observer_, {{earlier_namesake(holding_)}, {}});
    EXPECT_NO_THROW(holding_.execute("SELECT"));
    end_sessions(observer_, {{own_session(holding_)}, {}});
    EXPECT_ANY_THROW(holding_.execute("SELECT"));
}

TEST_F(BlockedWatchLive, ForgetsAWorkerThatHasEnded) {
    BlockedWatch watch{100ms, {}};
    { BlockedWatch::Holder const worker{watch, own_session(holding_)}; }
    watch.during(scratch_connection(database_), {}, {},
                 [](std::stop_token const &stop) { pause_for(500ms, stop); });
    EXPECT_NO_THROW(holding_.execute("SELECT"));
}

TEST_F(BlockedWatchLive, EndsAWorkerThatIsWaitedForTooLong) {
    BlockedWatch watch{100ms, {}};
    BlockedWatch::Holder const worker{watch, own_session(holding_)};
    bool stopped = false;
    Error const error = error_of([&] {
        watch.during(scratch_connection(database_), {}, {}, [&](std::stop_token const &stop) {
            pause_for(20s, stop);
            stopped = stop.stop_requested();
            holding_.execute("SELECT"); // its error is not the one to tell
        });
    });
    EXPECT_TRUE(stopped);
    EXPECT_THAT(error.what(), HasSubstr("AccessExclusiveLock on table public.t"));
}

TEST_F(BlockedWatchLive, LeavesTheErrorOfTheWorkAsItIs) {
    BlockedWatch watch{20s, {}};
    Error const error = error_of([&] {
        watch.during(scratch_connection(database_), {}, {}, [](std::stop_token const & /*stop*/) {
            throw Error{ErrorKind::schema_moved, "it moved"};
        });
    });
    EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
}
