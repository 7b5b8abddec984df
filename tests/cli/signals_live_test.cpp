// SIGINT and SIGTERM in the middle: no temporary file, no server process and no child stays.

#include "pg/live.hpp"

#include "program_runner.hpp"

namespace pgkeep {
namespace {

class SignalsLive : public ProgramsLive {
protected:
    // Starts `command` in a process group of its own and sends `signal` once the shell command
    // `condition` succeeds. The exit code is the program's; the output says when a process of its
    // group still runs afterwards.
    ShellResult interrupt(std::string const &command, std::string const &condition,
                          std::string const &signal) {
        std::string const script = "ask() { [ \"$(psql -XAtq -d postgres -c \"$1\")\" = t ]; }\n"
                                   "set -m\n" +
                                   command + " &\njob=$!\nset +m\n" +
                                   "for i in $(seq 1200); do\n"
                                   "  if " +
                                   condition +
                                   "; then reached=1; break; fi\n"
                                   "  kill -0 $job 2>/dev/null || break\n"
                                   "  sleep 0.05\n"
                                   "done\n"
                                   "[ \"$reached\" ] || echo 'the middle was not reached'\n"
                                   "kill -" +
                                   signal +
                                   " $job\nwait $job\ncode=$?\n"
                                   "kill -0 -- -$job 2>/dev/null && echo 'a process is left'\n"
                                   "exit $code\n";
        return run(script);
    }

    // A lock that needs no session: of a prepared transaction, which lives until it is ended.
    class TableLock {
    public:
        explicit TableLock(std::string database) : database_(std::move(database)) {
            run_sql(database_, "BEGIN; LOCK TABLE goods IN ACCESS EXCLUSIVE MODE; "
                               "PREPARE TRANSACTION '" +
                                   database_ + "';");
        }
        ~TableLock() { run_sql(database_, "ROLLBACK PREPARED '" + database_ + "'"); }
        TableLock(TableLock const &) = delete;
        TableLock &operator=(TableLock const &) = delete;

    private:
        std::string database_;
    };

    static constexpr char const *kWaitsForLock =
        "ask \"SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name LIKE 'pg%' AND "
        "wait_event_type = 'Lock'\"";
    static constexpr char const *kWritesData =
        "[ \"$(find $R -name '.*.tmp-*' -size +8k 2>/dev/null)\" ]";

    static std::string make_big_shop() {
        std::string database = create_database("big");
        run_sql(database, "CREATE TABLE noise AS SELECT gen_random_uuid() AS id FROM "
                          "generate_series(1, 200000)");
        return database;
    }
};

TEST_F(SignalsLive, SigtermWhileABackupWaitsForALock) {
    std::string const shop = make_shop();
    TableLock const lock{shop};
    ShellResult const result = interrupt("pgkeep-backup " + shop, kWaitsForLock, "TERM");
    EXPECT_EQ(result.exit_code, 143) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "pgkeep-backup: error: stopped by SIGTERM\n");
    expect_nothing_left();
}

TEST_F(SignalsLive, SigtermWhileABackupWaitsForASnapshotWithoutAnomalies) {
    std::string const shop = make_shop();
    std::string const backup = "pgkeep-backup --serializable-deferrable " + shop;
    {
        Connection writer = open_test(shop);
        writer.execute("BEGIN ISOLATION LEVEL SERIALIZABLE");
        writer.execute("INSERT INTO public.empty VALUES (1)");
        ShellResult const result = interrupt(
            backup,
            "ask \"SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SafeSnapshot'\"",
            "TERM");
        EXPECT_EQ(result.exit_code, 143) << result.err;
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(result.err, "pgkeep-backup: error: stopped by SIGTERM\n");
        writer.execute("COMMIT"); // it went on
    }
    expect_nothing_left();
    EXPECT_EQ(run(backup).exit_code, 0);
}

TEST_F(SignalsLive, SigintWhileABackupWritesData) {
    std::string const big = make_big_shop();
    ShellResult const result =
        interrupt("pgkeep-backup -j2 --max-rate=20k " + big, kWritesData, "INT");
    EXPECT_EQ(result.exit_code, 130) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "pgkeep-backup: error: stopped by SIGINT\n");
    expect_nothing_left();
}

TEST_F(SignalsLive, AStoppedRunOfSeveralDatabasesStartsNoOther) {
    std::string const shop = make_shop();
    std::string const other = make_shop();
    TableLock const lock{shop};
    ShellResult const result =
        interrupt("pgkeep-backup --json " + shop + " " + other, kWaitsForLock, "TERM");
    EXPECT_EQ(result.exit_code, 143) << result.err;
    auto const document = parse(result);
    EXPECT_EQ(document.at("exit_code"), 143);
    EXPECT_EQ(document.at("error"), "stopped by SIGTERM");
    EXPECT_TRUE(document.at("databases").empty());
    expect_nothing_left();
}

TEST_F(SignalsLive, SigtermWhileARestoreBuildsIndexes) {
    std::string const shop = make_shop();
    // The index of the copy takes for ever, that of the original does not.
    run_sql(shop,
            "CREATE FUNCTION slow(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN "
            "IF current_database() LIKE '%restore%' THEN PERFORM pg_sleep(600); END IF; RETURN x; "
            "END $$; CREATE INDEX slow_index ON goods (slow(id));");
    ASSERT_EQ(run("pgkeep-backup " + shop).exit_code, 0);
    ShellResult const result = interrupt(
        "pgkeep-restore -d " + shop + " --into=" + shop + "_new latest",
        "ask \"SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'\"", "TERM");
    EXPECT_EQ(result.exit_code, 143) << result.err;
    EXPECT_EQ(result.out, "");
    expect_no_sessions();
    EXPECT_EQ(query_sql("postgres",
                        "SELECT datname FROM pg_database WHERE datname LIKE '" + shop + "\\_%'"),
              "");
}

TEST_F(SignalsLive, AnArchiveOfAKilledRunIsNotListedAndItsRemainsAreSwept) {
    std::string const big = make_big_shop();
    ShellResult const killed =
        interrupt("pgkeep-backup -j2 --max-rate=20k " + big, kWritesData, "KILL");
    EXPECT_EQ(killed.exit_code, 137);
    EXPECT_EQ(run("pgkeep-restore --list").out, "");
    expect_no_sessions();
    ASSERT_EQ(run("pgkeep-backup " + big).exit_code, 0);
    auto const files = files_below(repository());
    EXPECT_EQ(files.size(), 2U) << testing::PrintToString(files); // the archive and its evidence
}

} // namespace
} // namespace pgkeep
