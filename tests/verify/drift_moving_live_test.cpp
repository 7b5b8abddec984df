// Comparing with a database that does not stand still: writers, locks, a standby, an end.

#include "pg/connection.hpp"
#include "verify/drift_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DriftMoving : public DriftLive {
protected:
    // The copy for the standby is one of the whole server.
    ~DriftMoving() override {
        if (!big_.empty()) {
            run_sql("postgres", "DROP DATABASE " + big_);
        }
    }

    [[nodiscard]] static Connection connect(std::string const &database) {
        ConnectPolicy policy;
        policy.label = "other";
        policy.retries = 0;
        return Connection{scratch_connection(database), policy, {}};
    }

    // One table of two ranges of pages and some small ones.
    std::string make_big() {
        big_ =
            make_database("CREATE TABLE big (i int, t text); ALTER TABLE big ALTER t SET STORAGE "
                          "PLAIN; INSERT INTO big SELECT i, repeat('x', 1900) FROM "
                          "generate_series(1, 50000) i; CREATE TABLE a (i int); "
                          "INSERT INTO a SELECT generate_series(1, 1000); CREATE TABLE b (i int)");
        return big_;
    }

    std::string big_;
};

TEST_F(DriftMoving, SeesNothingThatIsCommittedAfterTheSnapshot) {
    std::string const database = make_sample();
    std::string const archive = back_up(database);
    progress_.on_phase = [&] {
        run_sql(database, "INSERT INTO orders VALUES (2, 2); DELETE FROM users; "
                          "SELECT lo_unlink(80001)");
    };
    EXPECT_THAT(texts(compare_with(archive, options(database))), IsEmpty());
}

TEST_F(DriftMoving, NeverSeesHalfATransferBetweenTwoTables) {
    std::string const database = make_database(
        "CREATE TABLE a (i int); CREATE TABLE b (i int); INSERT INTO a SELECT generate_series(1, "
        "500); CREATE TABLE c AS SELECT generate_series(1, 200000) i");
    std::string const archive = back_up(database);
    std::atomic<bool> done{false};
    std::jthread const writer{[&] {
        Connection connection = connect(database);
        for (int i = 1; i <= 500 && !done; ++i) {
            std::string const number = std::to_string(i);
            connection.execute("BEGIN; DELETE FROM public.a WHERE i = " + number +
                               "; INSERT INTO public.b VALUES (" + number + "); COMMIT");
        }
    }};
    for (int round = 0; round < 5; ++round) {
        DriftReport const report = compare_with(archive, options(database, 3));
        EXPECT_EQ(report.found.tables.at(0)->rows + report.found.tables.at(1)->rows, 500U);
    }
    done = true;
}

TEST_F(DriftMoving, GivesTheSameWithOneWorkerAndWithFour) {
    std::string const database = make_big();
    std::string const archive = back_up(database);
    EXPECT_THAT(texts(compare_with(archive, options(database, 1))), IsEmpty());
    EXPECT_THAT(texts(compare_with(archive, options(database, 4))), IsEmpty());
    run_sql(database, "UPDATE big SET t = 'y' WHERE i IN (1, 50000); UPDATE a SET i = 0 WHERE i=1");
    auto const by_one = compare_with(archive, options(database, 1));
    auto const by_four = compare_with(archive, options(database, 4));
    EXPECT_EQ(texts(by_one), texts(by_four));
    EXPECT_EQ(by_one.found.tables, by_four.found.tables);
    EXPECT_THAT(texts(by_one), testing::SizeIs(2));
}

// Who waits for an exclusive lock waits for our keeper, and our workers would wait for them.
TEST_F(DriftMoving, ReadsABigTableToItsEndWhenSomebodyWaitsForItsLock) {
    std::string const database = make_big();
    std::string const archive = back_up(database);
    std::jthread waiting;
    progress_.on_phase = [&] {
        waiting = std::jthread{[&] { connect(database).execute("TRUNCATE public.big"); }};
        Connection watch = connect(database);
        while (watch.query("SELECT FROM pg_catalog.pg_locks WHERE NOT granted").rows() == 0) {
            std::this_thread::yield();
        }
    };
    EXPECT_THAT(texts(compare_with(archive, options(database))), IsEmpty());
    waiting.join();
    EXPECT_EQ(query_sql(database, "SELECT count(*) FROM big"), "0");
}

TEST_F(DriftMoving, LetsNobodyMoveTheRowsOfABigTableToOtherPages) {
    std::string const database = make_big();
    std::string const archive = back_up(database);
    std::string refusal;
    progress_.on_phase = [&] {
        refusal = error_of([&] {
                      Connection other = connect(database);
                      other.execute("SET lock_timeout = '50ms'");
                      other.execute("VACUUM FULL public.big");
                  }).what();
    };
    EXPECT_THAT(texts(compare_with(archive, options(database))), IsEmpty());
    EXPECT_THAT(refusal, HasSubstr("lock timeout"));
}

TEST_F(DriftMoving, HoldsNoLockOnASmallTableThatItDoesNotRead) {
    std::string const database = make_sample();
    std::string const archive = back_up(database);
    progress_.on_phase = [&] {
        run_sql(database, "SET lock_timeout = '5s'; BEGIN; LOCK TABLE users, orders; "
                          "ALTER TABLE orders ADD COLUMN note text; COMMIT");
    };
    EXPECT_THAT(texts(compare_with(archive, options(database))), IsEmpty());
}

TEST_F(DriftMoving, ReportsATableThatSomebodyHasLockedAndComparesTheRest) {
    std::string const database = make_sample();
    std::string const archive = back_up(database);
    run_sql(database, "UPDATE orders SET amount = 3");
    Connection other = connect(database);
    other.execute("BEGIN; LOCK TABLE public.users");
    DriftOptions impatient = options(database);
    impatient.lock_wait = 100ms;
    EXPECT_THAT(texts(compare_with(archive, impatient)),
                ElementsAre(HasSubstr("table public.users: 100 rows -> canceling statement "
                                      "due to lock timeout"),
                            HasSubstr("table public.orders")));
}

TEST_F(DriftMoving, EndsWhenTheTokenFires) {
    std::string const database = make_sample();
    std::string const archive = back_up(database);
    progress_.on_phase = [&] { stop_.request_stop(); };
    Error const error = error_of([&] { (void)compare_with(archive, options(database)); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    EXPECT_EQ(backends_left(), "0");
}

TEST_F(DriftMoving, IsAnErrorWhenTheServerEndsTheKeeper) {
    std::string const database = make_sample();
    std::string const archive = back_up(database);
    progress_.on_phase = [&] {
        run_sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                            "application_name = 'pgkeep compare' AND datname = '" +
                                database + "'");
    };
    Error const error = error_of([&] { (void)compare_with(archive, options(database)); });
    EXPECT_NE(error.kind(), ErrorKind::differs) << error.what();
    EXPECT_EQ(backends_left(), "0");
}

// A hot standby of the scratch server, in a folder of its own.
class Standby {
public:
    Standby() {
        ShellResult const result = run_shell(
            "set -e; folder=$(mktemp -d); chmod 755 $folder; cd /; "
            "pg_basebackup -D $folder/data -R -c fast; as=; "
            "if [ $(id -u) = 0 ]; then chown -R postgres $folder; as='runuser -u postgres --'; fi; "
            "$as \"$1/pg_ctl\" -D $folder/data -w -l $folder/log -o \"-c port=$PGPORT -c "
            "unix_socket_directories=$folder -c listen_addresses= -c "
            "max_prepared_transactions=10\" start >&2 || { cat $folder/log >&2; exit 1; }; echo -n "
            "$folder",
            {scratch_server().bindir()});
        folder_ = result.out;
        error_ = result.exit_code == 0 ? "" : result.err;
    }
    ~Standby() {
        (void)run_shell("cd /; as=; if [ $(id -u) = 0 ]; then as='runuser -u postgres --'; fi; "
                        "$as \"$2/pg_ctl\" -D $1/data -m immediate stop; rm -r $1",
                        {folder_, scratch_server().bindir()});
    }
    Standby(Standby const &) = delete;
    Standby &operator=(Standby const &) = delete;

    [[nodiscard]] std::string const &error() const { return error_; }
    [[nodiscard]] std::string const &socket_folder() const { return folder_; }

private:
    std::string folder_;
    std::string error_;
};

TEST_F(DriftMoving, ReadsAHotStandby) {
    std::string const database = make_sample();
    run_sql(database, "CREATE UNLOGGED TABLE scratch_pad AS SELECT 1 AS i");
    std::string const archive = back_up(database);
    Standby const standby;
    ASSERT_THAT(standby.error(), IsEmpty());
    for (unsigned const jobs : {1U, 3U}) {
        DriftOptions there = options(database, jobs);
        there.connection.keywords["host"] = standby.socket_folder();
        DriftReport const report = compare_with(archive, there);
        EXPECT_THAT(texts(report), IsEmpty());
        EXPECT_EQ(report.rows, 101U);
        EXPECT_THAT(report.notes, Contains(HasSubstr("public.scratch_pad are not compared")));
    }
}

} // namespace
} // namespace pgkeep
