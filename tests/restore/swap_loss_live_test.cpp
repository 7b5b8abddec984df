// The swap when its connection is lost, and what becomes of the old database afterwards.

#include "restore/swap_fixture.hpp"

#include <gmock/gmock.h>
#include <libpq-fe.h>
#include <sys/socket.h>

#include <csignal>
#include <thread>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;
using testing::StartsWith;

namespace {

void lose(Connection &connection) {
    ::shutdown(PQsocket(connection.raw()), SHUT_RDWR);
}

void kill_backend(Connection &connection) {
    run_sql("template1",
            "SELECT pg_terminate_backend(" + std::to_string(connection.backend_pid()) + ", 5000)");
}

} // namespace

TEST_F(SwapLive, SaysThatNothingChangedWhenItIsKilledBeforeTheCommit) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    SwapHooks hooks;
    hooks.before_commit = kill_backend;
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("before its commit"), HasSubstr("database \"" + name +
                                                                "\" was not replaced and is "
                                                                "untouched")));
    expect_untouched(before);
    EXPECT_EQ(content(staging->name()), "new");
    EXPECT_EQ(staging->drop(), "");
}

// Clients wait while it lasts, also when nobody is there any more to end it.
TEST_F(SwapLive, EndsByItselfWhenItsClientFallsSilent) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    SwapHooks hooks;
    hooks.before_commit = [&](Connection &connection) {
        EXPECT_EQ(connection.execute("SHOW idle_in_transaction_session_timeout").str(0, 0), "10s");
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = '100ms'");
        EXPECT_NO_THROW(connect(name));
    };
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.what(), HasSubstr("was not replaced and is untouched"));
    expect_untouched(before);
}

TEST_F(SwapLive, NamesASubscriptionThatCameSinceItsTargetWasLookedAt) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    run_sql(name, "CREATE SUBSCRIPTION \"news\" CONNECTION 'dbname=postgres' PUBLICATION p WITH "
                  "(connect = false, slot_name = NONE)");
    SwapHooks hooks;
    hooks.pause = std::chrono::milliseconds{10};
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_THAT(error.what(), HasSubstr("it has the subscription \"news\""));
    EXPECT_THAT(error.hint(), HasSubstr("drop these slots and subscriptions"));
    expect_untouched(before);
}

TEST_F(SwapLive, SaysThatNothingChangedWhenTheNetworkIsLostBeforeTheCommit) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    SwapHooks hooks;
    hooks.before_commit = lose;
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.what(), HasSubstr("is untouched"));
    expect_untouched(before);
}

// The process that was lost belongs to the role that logged in, and the one of --role may not end
// it.
TEST_F(SwapLive, EndsItsOwnLostProcessAlsoWhenItActsAsAnotherRole) {
    std::string const owner = create_role();
    std::string const login = create_role("IN ROLE " + owner);
    std::string const name = create_database("live", "OWNER " + owner);
    fill(name, "old");
    Sessions const all = sessions(name, login, owner);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    std::jthread awake;
    SwapHooks hooks;
    hooks.before_commit = [&](Connection &connection) {
        pid_t const backend = connection.backend_pid();
        EXPECT_EQ(::kill(backend, SIGSTOP), 0);
        awake = std::jthread{[backend] {
            std::this_thread::sleep_for(std::chrono::seconds{2});
            ::kill(backend, SIGCONT);
        }};
        lose(connection);
    };
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.what(), HasSubstr("is untouched"));
    expect_untouched(before);
}

TEST_F(SwapLive, KnowsThatItIsDoneWhenTheAnswerToTheCommitIsLost) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    SwapHooks hooks;
    hooks.after_commit = [](Connection &connection) {
        lose(connection);
        connection.execute("SELECT 1");
    };
    SwapResult const result = staging->replace(before, old_name(name), true, hooks);
    EXPECT_EQ(result.old_name, old_name(name));
    EXPECT_EQ(staging->drop(), "");
    EXPECT_EQ(content(name), "new");
    EXPECT_EQ(content(old_name(name)), "old");
}

TEST_F(SwapLive, NamesBothPossibilitiesWhenTheServerCannotBeAsked) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    auto const new_oid = oid(staging->name()).value();
    SwapHooks hooks;
    hooks.before_commit = [](Connection &) { scratch_server().stop_immediately(); };
    Error const error =
        error_of([&] { (void)staging->replace(before, old_name(name), true, hooks); });
    scratch_server().start_again();
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.what(), HasSubstr("cannot be asked whether it was committed"));
    EXPECT_THAT(error.hint(),
                AllOf(HasSubstr("SELECT oid FROM pg_database WHERE datname = '" + name + "'"),
                      HasSubstr("oid " + std::to_string(new_oid) + " means that the swap is done"),
                      HasSubstr("oid " + std::to_string(before.oid) + " means that database \"" +
                                name + "\" was not replaced")));
    expect_untouched(before);
}

TEST_F(SwapLive, DropsTheReplacedDatabaseWithTheSessionsInIt) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    SwapResult const result = staging->replace(before, old_name(name), false);
    EXPECT_THAT(comment(result.old_name), Optional(StartsWith("pgkeep: replaced database")));
    Connection guest = connect(result.old_name);
    EXPECT_EQ(drop_replaced(all, result.old_name, before.oid), "");
    EXPECT_FALSE(oid(result.old_name));
    EXPECT_EQ(drop_replaced(all, result.old_name, before.oid), "");
}

TEST_F(SwapLive, SaysHowToDropWhatItCouldNotDrop) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    Target const before = target(all, name);
    auto const staging = stage(all, before);
    SwapResult const result = staging->replace(before, old_name(name), false);
    run_sql(result.old_name, "BEGIN; CREATE TABLE p (i int); PREPARE TRANSACTION 'drop'");
    EXPECT_THAT(drop_replaced(all, result.old_name, before.oid),
                AllOf(HasSubstr("\"" + result.old_name + "\" is left on the server"),
                      HasSubstr("DROP DATABASE IF EXISTS \"" + result.old_name + "\";")));
    run_sql(result.old_name, "ROLLBACK PREPARED 'drop'");
    run_sql("postgres", "ALTER DATABASE " + result.old_name + " RENAME TO " + name + "_mine");
    EXPECT_THAT(drop_replaced(all, result.old_name, before.oid), HasSubstr("was not dropped"));
    EXPECT_EQ(content(name + "_mine"), "old");
}
