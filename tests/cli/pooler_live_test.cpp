// PgBouncer between the programs and the server.

#include "server_fixture.hpp"
#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class PoolerLive : public BesideLive {};

TEST_F(PoolerLive, InSessionModeSavesRestoresAndCompares) {
    std::string const shop = make_shop();
    start_pooler("session");
    ShellResult result = beside("pgkeep-backup \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    result = beside("pgkeep-verify --against=\"dbname=$1\" -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    result = beside("pgkeep-restore --into=\"$1_copy\" -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(query_sql(shop + "_copy", "SELECT count(*) FROM goods"), "1000");
    run_sql(shop, "DELETE FROM goods");
    result = beside("pgkeep-restore -y -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM goods"), "1000");
}

TEST_F(PoolerLive, InTransactionModeIsRefusedBeforeAnySettingReachesTheApplication) {
    std::string const shop = make_shop();
    start_pooler("transaction");
    ShellResult const result = beside("pgkeep-backup --connect-retries=0 \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr("lends a session of the server for one transaction"));
    EXPECT_THAT(result.err, HasSubstr("pool_mode = session"));
    EXPECT_TRUE(files_below(repository()).empty());
    ShellResult const left = beside("psql -XAtqd \"$1\" -c 'SHOW row_security'", {shop});
    EXPECT_EQ(left.out, "on\n");
}

TEST_F(PoolerLive, InStatementModeIsRefused) {
    std::string const shop = make_shop();
    start_pooler("statement");
    ShellResult const result = beside("pgkeep-backup --connect-retries=0 \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr("pool_mode = session"));
}

TEST_F(PoolerLive, PassesOnThatARunWasStopped) {
    std::string const shop = make_shop();
    run_sql(shop, "CREATE TABLE big AS SELECT md5(i::text) AS v FROM generate_series(1, 200000) i");
    start_pooler("session");
    ShellResult const result = beside(
        "timeout -s TERM --foreground 1 pgkeep-backup --max-rate=200kB \"$1\"; exit $?", {shop});
    EXPECT_EQ(result.exit_code, 124) << result.err;
    expect_nothing_left();
}

} // namespace
} // namespace pgkeep
