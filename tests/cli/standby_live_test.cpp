// A server in recovery as the source of a backup, and as the target of a restore.

#include "server_fixture.hpp"
#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class StandbyLive : public BesideLive {};

TEST_F(StandbyLive, IsSavedAndCompared) {
    std::string const shop = make_shop();
    run_sql(shop, "CREATE UNLOGGED TABLE scratch AS SELECT 1 AS i");
    start_standby();
    ShellResult result = beside("pgkeep-backup \"$1\" && pgkeep-backup --serializable-deferrable "
                                "\"$1\"",
                                {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    result = beside("pgkeep-verify --against=\"dbname=$1\" -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(StandbyLive, IsSavedAsItIsWhileItsReplayIsPaused) {
    std::string const shop = make_shop();
    start_standby();
    // The standby has what the primary wrote, and would show it a moment later.
    ShellResult result =
        beside("ask() { psql -XAtqd \"$1\" -c \"$2\"; }; at_primary() { PGHOST=$P PGPORT=5432 ask "
               "\"$@\"; }; P=$2; ask \"$1\" 'SELECT pg_wal_replay_pause()' >/dev/null; "
               "at_primary \"$1\" \"UPDATE goods SET name = 'new'\"; L=$(at_primary \"$1\" 'SELECT "
               "pg_current_wal_flush_lsn()'); for i in $(seq 600); do [ \"$(ask \"$1\" \"SELECT "
               "pg_last_wal_receive_lsn() >= '$L'\")\" = t ] && break; sleep 0.05; done; "
               "ask \"$1\" \"SELECT pg_last_wal_receive_lsn() >= '$L', pg_is_wal_replay_paused(), "
               "pg_last_wal_replay_lsn() < '$L'\"",
               {shop, scratch_server().socket_folder()});
    ASSERT_EQ(result.out, "t|t|t\n") << result.err;
    result = beside("pgkeep-backup \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    result = run("gunzip -c $R/\"$1\"/*.sql.gz | grep -cP '^\\d+\\tthing \\d+$'", {shop});
    EXPECT_EQ(result.out, "1000\n") << result.err;
}

TEST_F(StandbyLive, TakesNoRestoreAndSaysWhy) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
    start_standby();
    auto const before = files_below(repository());
    for (std::string const options : {"-y", "--dry-run", "-y --in-place", "--into=other"}) {
        ShellResult const result =
            beside("pgkeep-restore " + options + " -d \"$1\" latest", {shop});
        EXPECT_EQ(result.exit_code, 1) << options << result.err;
        EXPECT_THAT(result.err, HasSubstr("is a standby: nothing can be restored into it"));
        EXPECT_THAT(result.err, HasSubstr("Connect to the primary"));
    }
    EXPECT_EQ(files_below(repository()), before) << "a safety snapshot was taken for nothing";
}

TEST_F(StandbyLive, WhoseReplayEndsASessionPublishesNothingAndSaysWhatHelps) {
    std::string const shop = make_shop();
    run_sql(shop, "CREATE TABLE big AS SELECT i, md5(i::text) AS v FROM generate_series(1, 300000) "
                  "i");
    start_standby("-c max_standby_streaming_delay=0");
    // Whichever session the replay ends first: a worker's, the keeper's or that of pg_dump, which
    // may hear no reason.
    ShellResult const result = beside(
        "P=$1; (for i in $(seq 200); do psql -XAtqd \"$2\" -c \"SELECT 1 FROM pg_stat_activity "
        "WHERE application_name LIKE 'pgkeep worker%' AND query LIKE '%COPY%'\" | grep -q 1 && "
        "break; sleep 0.02; done; PGHOST=$P PGPORT=5432 psql -Xqd \"$2\" -c 'TRUNCATE "
        "big') & "
        "pgkeep-backup -j1 --max-rate=1MB --connect-retries=0 \"$2\"; code=$?; wait; exit $code",
        {scratch_server().socket_folder(), shop});
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, AnyOf(HasSubstr("conflict with recovery"),
                                  HasSubstr("server closed the connection")));
    EXPECT_THAT(result.err, HasSubstr("hot_standby_feedback"));
    EXPECT_TRUE(files_below(repository()).empty());
}

} // namespace
} // namespace pgkeep
