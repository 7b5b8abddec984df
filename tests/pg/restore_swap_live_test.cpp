#include "pg/live.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/restore_swap.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

std::uint32_t oid_of_new_database(std::string &name, std::string const &options = {}) {
    name = create_database("swap", options);
    Connection connection = open_test("postgres");
    return find_database(connection, name).value();
}

} // namespace

TEST(RestoreSwap, EndsWhomTheRoleMayEndAndPassesOverTheRest) {
    run_sql("postgres", "CREATE ROLE ender LOGIN");
    std::string name;
    auto const oid = oid_of_new_database(name);
    Connection boss = open_test(name);
    Connection own = connect_as(name, "ender");
    Connection connection = connect_as("postgres", "ender");
    EXPECT_THAT(terminate_sessions(connection, {oid}), SizeIs(1));
    EXPECT_THROW(own.execute("SELECT 1"), PgError);
    EXPECT_NO_THROW(boss.execute("SELECT 1"));
    auto const sessions = list_sessions(connection, {oid});
    ASSERT_THAT(sessions, SizeIs(1));
    EXPECT_FALSE(sessions[0].may_end);
    EXPECT_EQ(describe_session(sessions[0]),
              "server process " + std::to_string(boss.backend_pid()) +
                  " (application \"pgkeep test\", role \"postgres\")");
}

TEST(RestoreSwap, EndsAProcessOnlyWhenItIsTheOneThatWasMeant) {
    Connection connection = open_test("postgres");
    Connection other = open_test("postgres");
    std::string const pid = std::to_string(other.backend_pid());
    EXPECT_TRUE(terminate_and_wait(connection, pid, "pgkeep else", std::chrono::seconds{5}));
    EXPECT_NO_THROW(other.execute("SELECT 1"));
    EXPECT_TRUE(terminate_and_wait(connection, pid, "pgkeep test", std::chrono::seconds{5}));
    EXPECT_THROW(other.execute("SELECT 1"), PgError);
}

TEST(RestoreSwap, GoesOnWithTheTransactionWhenACommentIsRefused) {
    std::string name;
    (void)oid_of_new_database(name);
    Connection connection = open_test("postgres");
    connection.execute("BEGIN");
    EXPECT_FALSE(comment_on_database(connection, name, "\xff"));
    EXPECT_TRUE(comment_on_database(connection, name, "fine"));
    connection.execute("COMMIT");
    EXPECT_FALSE(comment_on_database(connection, name, "\xff"));
    EXPECT_EQ(query_sql("postgres", "SELECT shobj_description(oid, 'pg_database')"
                                    " FROM pg_database WHERE datname = '" +
                                        name + "'"),
              "fine");
}

TEST(RestoreSwap, SeesTheSizeOnlyWithTheRightTo) {
    run_sql("postgres", "CREATE ROLE sizer LOGIN");
    std::string name;
    (void)oid_of_new_database(name);
    run_sql("postgres", "REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
    Connection connection = connect_as("postgres", "sizer");
    auto const state = read_database_state(connection, name);
    ASSERT_TRUE(state);
    EXPECT_EQ(state->size, 0U);
    EXPECT_TRUE(state->limit_is_ours);
    EXPECT_EQ(state->owner, "postgres");
    EXPECT_FALSE(owns_database(connection, state->oid));
}

TEST(RestoreSwap, MakesCommitsDurableAndLeavesStricterSettingsAlone) {
    Connection connection = open_test("postgres");
    connection.execute("SET synchronous_commit = off");
    make_commits_durable(connection);
    EXPECT_EQ(connection.execute("SHOW synchronous_commit").text(0, 0), "local");
    connection.execute("SET synchronous_commit = remote_apply");
    make_commits_durable(connection);
    EXPECT_EQ(connection.execute("SHOW synchronous_commit").text(0, 0), "remote_apply");
}
