// What stands under the target's name, and what forbids that it is replaced.

#include "restore/swap_fixture.hpp"
#include "scratch/server.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

class TargetLive : public SwapLive {
protected:
    [[nodiscard]] static Obstacles obstacles(Sessions const &sessions, std::string const &name) {
        Obstacles found;
        add_replacing_obstacles(sessions, target(sessions, name), found, {});
        return found;
    }
    [[nodiscard]] static std::vector<std::string> texts(Obstacles const &obstacles) {
        std::vector<std::string> texts;
        for (auto const &obstacle : obstacles.list) {
            texts.push_back(obstacle.text);
        }
        return texts;
    }
};

} // namespace

TEST_F(TargetLive, IsNoneWhenThereIsNoSuchDatabase) {
    EXPECT_FALSE(find_target(sessions(), "no such \"database\"", {}));
}

TEST_F(TargetLive, KnowsWhatTheDatabaseIs) {
    std::string const name = live_database();
    run_sql("postgres", "COMMENT ON DATABASE " + name + " IS 'mine'; ALTER DATABASE " + name +
                            " CONNECTION LIMIT 7");
    Connection const guest = connect(name);
    Target const found = target(sessions(), name);
    EXPECT_EQ(found.oid, oid(name));
    EXPECT_EQ(found.properties.comment, "mine");
    EXPECT_EQ(found.properties.connection_limit, 7);
    EXPECT_EQ(found.properties.encoding, "UTF8");
    EXPECT_EQ(found.system_identifier,
              query_sql("postgres", "SELECT system_identifier FROM pg_control_system()"));
    EXPECT_GT(found.size, 1'000'000U);
    EXPECT_EQ(found.sessions, 1U);
}

TEST_F(TargetLive, SaysThatADatabaseAcceptsNoConnections) {
    std::string const name = live_database();
    run_sql("postgres", "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
    Error const error = error_of([&] { (void)find_target(sessions(), name, {}); });
    run_sql("postgres", "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.what(), HasSubstr("accepts no connections"));
    EXPECT_THAT(error.hint(), HasSubstr("ALLOW_CONNECTIONS true"));
}

TEST_F(TargetLive, SaysThatAConnectionLimitIsZeroToThoseForWhomItCounts) {
    std::string const role = create_role();
    std::string const name = create_database("live", "OWNER " + role + " CONNECTION LIMIT 0");
    Error const error = error_of([&] { (void)find_target(sessions(name, role), name, {}); });
    EXPECT_TRUE(find_target(sessions(), name, {}));
    run_sql("postgres", "ALTER DATABASE " + name + " CONNECTION LIMIT -1");
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.what(), HasSubstr("connection limit of 0"));
}

TEST_F(TargetLive, SaysThatADropWasInterrupted) {
    std::string const name = live_database();
    run_sql("postgres", "UPDATE pg_database SET datconnlimit = -2 WHERE datname = '" + name + "'");
    Error const error = error_of([&] { (void)find_target(sessions(), name, {}); });
    EXPECT_THAT(error.what(), HasSubstr("is invalid"));
    EXPECT_THAT(error.hint(), HasSubstr("DROP DATABASE \"" + name + "\";"));
    run_sql("postgres", "DROP DATABASE " + name);
}

TEST_F(TargetLive, HasNothingInTheWayByDefault) {
    std::string const name = live_database();
    Connection const guest = connect(name);
    Obstacles const found = obstacles(sessions(), name);
    EXPECT_THAT(found.list, IsEmpty());
    EXPECT_THAT(found.warnings, IsEmpty());
}

TEST_F(TargetLive, ReportsAllObstaclesTogether) {
    std::string const role = create_role();
    std::string const name = create_database("live", "IS_TEMPLATE true");
    run_sql(name, "CREATE SUBSCRIPTION s_" + name +
                      " CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false);"
                      "BEGIN; CREATE TABLE p (i int); PREPARE TRANSACTION 'one''s';"
                      "BEGIN; CREATE TABLE q (i int); PREPARE TRANSACTION 'two'");
    Connection const guest = connect(name);
    Obstacles const found = obstacles(sessions(name, role), name);
    EXPECT_THAT(texts(found),
                UnorderedElementsAre(
                    "database \"" + name + "\" is a template for new databases",
                    "role \"" + role + "\" does not own database \"" + name +
                        "\", which belongs to \"postgres\"",
                    "database \"" + name + "\" has prepared transactions \"one's\", \"two\"",
                    "database \"" + name + "\" has the subscription \"s_" + name + "\""));
    for (auto const &obstacle : found.list) {
        EXPECT_NE(obstacle.hint, "") << obstacle.text;
    }
    run_sql(name, "ROLLBACK PREPARED 'one''s'; ROLLBACK PREPARED 'two'; ALTER SUBSCRIPTION s_" +
                      name + " SET (slot_name = NONE); DROP SUBSCRIPTION s_" + name);
}

TEST_F(TargetLive, ReportsTheSystemsTemplate) {
    EXPECT_THAT(texts(obstacles(sessions("template1"), "template1")),
                ElementsAre("database \"template1\" is a template for new databases"));
}

TEST_F(TargetLive, ReportsALogicalReplicationSlot) {
    ScratchOptions wanted;
    wanted.settings = {{"wal_level", "logical"}};
    ScratchServer const server{wanted, {}};
    RestoreOptions options;
    options.connection.keywords = {
        {"host", server.socket_folder()}, {"port", server.port()}, {"user", server.user()}};
    options.policy.retries = 0;
    Sessions const all{options, {}};
    {
        Connection connection = all.maintenance("test");
        connection.execute("CREATE DATABASE app");
        all.inside("app", "test", {})
            .execute("SELECT pg_catalog.pg_create_logical_replication_slot('feed', 'pgoutput')");
    }
    EXPECT_THAT(texts(obstacles(all, "app")),
                ElementsAre("database \"app\" has the logical replication slot \"feed\""));
}

TEST_F(TargetLive, WarnsOfSessionsThatTheRoleMayNotEnd) {
    std::string const role = create_role();
    std::string const name = create_database("live", "OWNER " + role);
    Connection const own = connect(name, role);
    EXPECT_THAT(obstacles(sessions(name, role), name).warnings, IsEmpty());
    Connection const boss = connect(name);
    Obstacles const found = obstacles(sessions(name, role), name);
    EXPECT_THAT(found.list, IsEmpty());
    EXPECT_THAT(found.warnings, ElementsAre(AllOf(HasSubstr("may not end a session in database"),
                                                  HasSubstr(std::to_string(boss.backend_pid())))));
}

TEST_F(TargetLive, IsClaimedByOneRestoreAtATime) {
    Sessions const all = sessions();
    {
        Connection const first = claim_target(all, "claim'ed");
        Error const error = error_of([&] { (void)claim_target(all, "claim'ed"); });
        EXPECT_EQ(error.kind(), ErrorKind::locked);
        EXPECT_THAT(error.what(),
                    AllOf(HasSubstr("another restore of database \"claim'ed\" is running"),
                          HasSubstr("server process " + std::to_string(first.backend_pid())),
                          HasSubstr("pgkeep claim"), HasSubstr("since 20")));
        EXPECT_NO_THROW((void)claim_target(all, "another"));
    }
    EXPECT_NO_THROW((void)claim_target(all, "claim'ed"));
}

TEST_F(TargetLive, IsClaimedAcrossMaintenanceDatabases) {
    Sessions const all = sessions();
    Connection const first = claim_target(all, "claimed");
    Error const error = error_of([&] { (void)claim_target(sessions("postgres"), "claimed"); });
    EXPECT_EQ(error.kind(), ErrorKind::locked);
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(first.backend_pid())));
}
