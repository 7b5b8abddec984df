// The swap under clients and obstacles.

#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/swap_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

using namespace pgkeep;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::StartsWith;

namespace {

// What clients saw who connect again and again to one name.
class Clients {
public:
    Clients(std::string const &name, int count) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this, name](std::stop_token const &token) {
                while (!token.stop_requested()) {
                    visit(name, token);
                }
            });
        }
    }
    void stop() { threads_.clear(); }
    void wait_for_visits(int more) const {
        for (int const wanted = visits_ + more; visits_ < wanted;) {
            std::this_thread::yield();
        }
    }
    [[nodiscard]] std::set<std::string> const &contents() const { return contents_; }
    [[nodiscard]] std::set<std::string> const &states() const { return states_; }

private:
    void visit(std::string const &name, std::stop_token const &token) {
        try {
            ConnectPolicy policy;
            policy.retries = 0;
            policy.label = "client";
            Connection connection{scratch_connection(name), policy, {}};
            for (int i = 0; i < 5 && !token.stop_requested(); ++i) {
                std::string const content =
                    connection.query_row("SELECT content FROM public.v").str(0, 0);
                std::scoped_lock const lock{mutex_};
                contents_.insert(content);
            }
            ++visits_;
        } catch (PgError const &error) {
            std::scoped_lock const lock{mutex_};
            states_.insert(error.sqlstate() + " " + error.server_text());
        }
    }

    std::mutex mutex_;
    std::set<std::string> contents_;
    std::set<std::string> states_;
    std::atomic<int> visits_{0};
    std::vector<std::jthread> threads_;
};

// How often the name was there, as pg_database shows it.
class NamePoller {
public:
    NamePoller(Connection connection, std::string name)
        : thread_([this, connection = std::make_shared<Connection>(std::move(connection)),
                   name = std::move(name)](std::stop_token const &token) {
              while (!token.stop_requested()) {
                  counts_.insert(connection
                                     ->query_row("SELECT count(*) FROM pg_catalog.pg_database"
                                                 " WHERE datname = $1",
                                                 {name})
                                     .str(0, 0));
              }
          }) {}
    [[nodiscard]] std::set<std::string> stop() {
        thread_ = {};
        return counts_;
    }

private:
    std::set<std::string> counts_;
    std::jthread thread_;
};

} // namespace

TEST_F(SwapLive, GivesTheNameAndKeepsTheOldDatabase) {
    std::string const name = live_database();
    run_sql("postgres", "COMMENT ON DATABASE " + name + " IS 'the shop''s'");
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    auto const new_oid = oid(staging->name());
    SwapResult const result = staging->replace(before, old_name(name), true);
    EXPECT_EQ(content(name), "new");
    EXPECT_EQ(oid(name), new_oid);
    EXPECT_EQ(comment(name), "the shop's");
    EXPECT_EQ(result.old_name, old_name(name));
    EXPECT_EQ(content(result.old_name), "old");
    EXPECT_EQ(oid(result.old_name), before.oid);
    EXPECT_EQ(comment(result.old_name),
              "pgkeep: kept database \"" + name + "\" at 2026-01-12T12:00:00Z\nthe shop's");
    EXPECT_EQ(result.attempts, 1U);
    EXPECT_EQ(result.ended_sessions, 0U);
    EXPECT_LT(result.duration.count(), 3000);
    EXPECT_THAT(result.warnings, IsEmpty());
    EXPECT_EQ(staging->drop(), "");
    EXPECT_EQ(content(name), "new");
    expect_all_open();
}

TEST_F(SwapLive, ShowsClientsTheOldOrTheNewDatabaseAndNothingElse) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    NamePoller poller{all.maintenance("poller"), name};
    Clients clients{name, 6};
    clients.wait_for_visits(20);
    Connection const idle = connect(name); // as a pool keeps it
    SwapResult const result = staging->replace(before, old_name(name), true);
    clients.wait_for_visits(20);
    clients.stop();
    EXPECT_THAT(poller.stop(), ElementsAre("1"));
    EXPECT_THAT(clients.contents(), ElementsAre("new", "old"));
    EXPECT_EQ(result.attempts, 1U);
    EXPECT_GT(result.ended_sessions, 0U);
    EXPECT_LT(result.duration.count(), 5000);
    RecordProperty("swap_ms", static_cast<int>(result.duration.count()));
    RecordProperty("errors_of_clients", testing::PrintToString(clients.states()));
    // Ended, or at the door in that moment: nothing that a client would take for an answer.
    for (auto const &state : clients.states()) {
        EXPECT_TRUE(state.starts_with("57P01 ") || state.starts_with("3D000 ") ||
                    state.starts_with(" "))
            << state;
    }
    expect_all_open();
}

TEST_F(SwapLive, LeavesThoseAloneWhoComeAfterTheCommit) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    std::optional<Connection> guest;
    SwapHooks hooks;
    hooks.after_commit = [&](Connection &) {
        guest.emplace(connect(name));
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    };
    (void)staging->replace(before, old_name(name), true, hooks);
    EXPECT_NO_THROW(guest->execute("SELECT content FROM public.v"));
}

TEST_F(SwapLive, EndsASessionThatIsIdleInATransaction) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    Connection idle = connect(name);
    idle.execute("BEGIN; LOCK TABLE public.v IN ACCESS EXCLUSIVE MODE");
    SwapResult const result = staging->replace(before, old_name(name), true);
    EXPECT_EQ(result.ended_sessions, 1U);
    EXPECT_EQ(result.attempts, 1U);
    EXPECT_LT(result.duration.count(), 2000);
    EXPECT_THROW(idle.execute("COMMIT"), PgError);
    EXPECT_EQ(content(name), "new");
}

TEST_F(SwapLive, NamesASessionThatItMayNotEndAndDisturbsNobody) {
    std::string const role = create_role();
    std::string const name = create_database("live", "OWNER " + role);
    fill(name, "old");
    Sessions const all = sessions(name, role);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    Connection boss = connect(name);
    Connection worker = connect(name, role);
    SwapHooks hooks;
    hooks.pause = std::chrono::milliseconds{20};
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_THAT(
        error.what(),
        AllOf(HasSubstr("database \"" + name + "\" was not replaced and is untouched"),
              HasSubstr("through 5 attempts: server process " + std::to_string(boss.backend_pid()) +
                        " (application \"pgkeep client\", role \"postgres\")")));
    EXPECT_THAT(error.hint(), HasSubstr("superuser"));
    EXPECT_NO_THROW(boss.execute("SELECT 1"));
    EXPECT_NO_THROW(worker.execute("SELECT 1"));
    expect_untouched(before);
    EXPECT_EQ(content(staging->name()), "new"); // left to the caller
}

TEST_F(SwapLive, EndsSessionsOfOtherRolesWithTheRightToSignalThem) {
    std::string const role = create_role("IN ROLE pg_signal_backend");
    std::string const name = create_database("live", "OWNER " + role);
    Sessions const all = sessions(name, role);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    Connection other = connect(name, create_role());
    EXPECT_EQ(staging->replace(before, old_name(name), true).ended_sessions, 1U);
    EXPECT_EQ(content(name), "new");
}

TEST_F(SwapLive, WaitsForAPreparedTransactionAndThenNamesIt) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    Connection client = connect(name);
    run_sql(name, "BEGIN; CREATE TABLE p (i int); PREPARE TRANSACTION 'pay''s'");
    SwapHooks hooks;
    hooks.pause = std::chrono::milliseconds{20};
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.what(), HasSubstr("transaction \"pay's\" is prepared in it"));
    EXPECT_NO_THROW(client.execute("SELECT 1"));
    expect_untouched(before);

    hooks.pause = std::chrono::milliseconds{400};
    std::jthread const committer{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        run_sql(name, "COMMIT PREPARED 'pay''s'");
    }};
    EXPECT_GT(staging->replace(before, old_name(name), true, hooks).attempts, 1U);
    EXPECT_EQ(content(name), "new");
}

TEST_F(SwapLive, NamesWhoHoldsALockOnTheDatabase) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    Connection holder = connect("postgres");
    holder.execute("BEGIN; COMMENT ON DATABASE " + name + " IS 'held'");
    SwapHooks hooks;
    hooks.pause = std::chrono::milliseconds{10};
    hooks.lock_timeout = std::chrono::milliseconds{30};
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("is untouched"),
                      HasSubstr("server process " + std::to_string(holder.backend_pid()) + " "),
                      HasSubstr("holds a lock on it")));
    holder.execute("ROLLBACK");
    expect_untouched(before);
}

TEST_F(SwapLive, StopsBetweenTwoAttempts) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    run_sql(name, "BEGIN; CREATE TABLE p (i int); PREPARE TRANSACTION 'stop'");
    std::stop_source stop;
    stop.request_stop();
    SwapHooks hooks;
    hooks.pause = std::chrono::hours{1};
    Error const error = error_of(
        [&] { (void)staging->replace(before, old_name(name), true, hooks, stop.get_token()); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    expect_untouched(before);
    run_sql(name, "ROLLBACK PREPARED 'stop'");
}

TEST_F(SwapLive, NoticesThatTheTargetWasRenamed) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    run_sql("postgres", "ALTER DATABASE " + name + " RENAME TO " + name + "_elsewhere");
    Error const error = error_of([&] { (void)staging->replace(before, old_name(name), true); });
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_THAT(error.what(), HasSubstr("was renamed to \"" + name + "_elsewhere\" meanwhile"));
    EXPECT_EQ(content(name + "_elsewhere"), "old");
    EXPECT_FALSE(oid(name));
}

TEST_F(SwapLive, NoticesThatTheTargetWasDropped) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    run_sql("postgres", "DROP DATABASE " + name);
    Error const error = error_of([&] { (void)staging->replace(before, old_name(name), true); });
    EXPECT_THAT(error.what(), HasSubstr("\"" + name + "\" was dropped meanwhile"));
    EXPECT_FALSE(oid(name));
}

TEST_F(SwapLive, NoticesThatTheTargetIsAnotherDatabase) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    run_sql("postgres", "DROP DATABASE " + name);
    run_sql("postgres", "CREATE DATABASE " + name);
    fill(name, "of somebody else");
    Error const error = error_of([&] { (void)staging->replace(before, old_name(name), true); });
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_THAT(error.what(), HasSubstr("was replaced by another database meanwhile"));
    EXPECT_EQ(content(name), "of somebody else");
}

TEST_F(SwapLive, NoticesThatTheOldNameIsTaken) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    run_sql("postgres", "CREATE DATABASE " + old_name(name));
    Error const error = error_of([&] { (void)staging->replace(before, old_name(name), true); });
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_THAT(error.what(), StartsWith("database \"" + old_name(name) + "\" exists"));
    expect_untouched(before);
    Connection connection = all.maintenance("test");
    EXPECT_EQ(free_old_name(connection, name, now()), name + "__before_20260112_120001");
}

TEST_F(SwapLive, IsOnDiskBeforeItIsReported) {
    std::string const role = create_role();
    run_sql("postgres", "ALTER ROLE " + role + " SET synchronous_commit = off");
    std::string const name = create_database("live", "OWNER " + role);
    Sessions const all = sessions(name, role);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    std::string setting;
    SwapHooks hooks;
    hooks.before_commit = [&](Connection &connection) {
        setting = connection.execute("SHOW synchronous_commit").str(0, 0);
    };
    (void)staging->replace(before, old_name(name), true, hooks);
    EXPECT_EQ(setting, "local");
}

TEST_F(SwapLive, SwapsDatabasesOfAnyName) {
    std::string umlauts;
    while (umlauts.size() < 62) {
        umlauts += "\xc3\xa4";
    }
    for (auto const &name : {std::string{"we\"ird na'me\\"}, std::string{" "}, umlauts + "z",
                             std::string{"{braces} $1 %s"}}) {
        std::string const made = live_database();
        {
            Connection connection = connect("postgres");
            connection.execute("ALTER DATABASE " + made + " RENAME TO " + quote_identifier(name));
        }
        Sessions const all = sessions(name);
        Target const before = target(all, name);
        auto const staging = stage(all, before);
        SwapResult const result = staging->replace(before, old_name(name), true);
        EXPECT_EQ(content(name), "new") << name;
        EXPECT_EQ(content(result.old_name), "old") << name;
        EXPECT_LE(result.old_name.size(), 63U);
        Connection connection = all.maintenance("test");
        ASSERT_EQ(list_kept(connection, name).size(), 1U) << name;
        EXPECT_EQ(list_kept(connection, name)[0].name, result.old_name);
        EXPECT_EQ(drop_replaced(all, result.old_name, before.oid), "");
        drop_database(connection, name);
    }
}

TEST_F(SwapLive, SwapsTheDatabaseForMaintenanceItself) {
    Sessions const all = sessions("postgres");
    Target const before = target(all, "postgres");
    auto const staging = stage(all, before);
    (void)staging->replace(before, old_name("postgres"), true);
    EXPECT_EQ(content("postgres"), "new");
    Connection connection = all.maintenance("test");
    auto const kept = list_kept(connection, "postgres");
    ASSERT_EQ(kept.size(), 1U);
    auto const back = swap_back(all, kept[0], target(all, "postgres"), now());
    EXPECT_EQ(oid("postgres"), before.oid);
    EXPECT_EQ(drop_replaced(all, back.old_name, oid(back.old_name).value()), "");
}
