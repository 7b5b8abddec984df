// --metrics-file of pgkeep-backup.

#include "model/sql_text.hpp"
#include "support/metrics_parser.hpp"

#include "program_runner.hpp"

namespace pgkeep {
namespace {

class MetricsLive : public ProgramsLive {
protected:
    [[nodiscard]] Metrics metrics() const {
        return parse_metrics(read_whole_file(folder_.file("pgkeep.prom")));
    }
};

TEST_F(MetricsLive, TheFileIsWrittenForReadersAndSaysWhatWasDone) {
    std::string const odd = "a \"b\\c";
    run_sql("postgres", "ALTER DATABASE " + make_shop() + " RENAME TO " + quote_identifier(odd));
    ShellResult const result =
        run("pgkeep-backup --metrics-file=\"$T/pgkeep.prom\" -d postgres -- \"$1\"\n"
            "stat -c %a \"$T/pgkeep.prom\"",
            {odd});
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out, "644\n");
    Metrics const found = metrics();
    EXPECT_EQ(found.at("pgkeep_last_exit_code").at("database=" + odd + ";"), 0);
    EXPECT_EQ(found.at("pgkeep_archive_rows").begin()->second, 1000);
    EXPECT_EQ(found.at("pgkeep_last_backup_timestamp_seconds"),
              found.at("pgkeep_last_proven_timestamp_seconds"));
    EXPECT_GT(found.at("pgkeep_repository_free_bytes").at(""), 0);
    EXPECT_EQ(found.at("pgkeep_run_exit_code").at(""), 0);
}

TEST_F(MetricsLive, ARunThatFailedIsWrittenToo) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup --metrics-file=\"$T/pgkeep.prom\" \"$1\"", {shop}).exit_code, 0);
    Metrics const before = metrics();
    ShellResult const result =
        run("pgkeep-backup --metrics-file=\"$T/pgkeep.prom\" --connect-retries=0 -h /nowhere "
            "\"$1\"",
            {shop});
    EXPECT_EQ(result.exit_code, 1);
    Metrics const after = metrics();
    EXPECT_EQ(after.at("pgkeep_last_exit_code").at("database=" + shop + ";"), 1);
    EXPECT_EQ(after.at("pgkeep_run_exit_code").at(""), 1);
    EXPECT_EQ(after.at("pgkeep_last_success_timestamp_seconds"),
              before.at("pgkeep_last_success_timestamp_seconds"));
}

TEST_F(MetricsLive, TheFirstRunOfAllIsWrittenThoughItFailed) {
    ShellResult const result =
        run("pgkeep-backup --metrics-file=\"$T/pgkeep.prom\" --connect-retries=0 -h /nowhere app");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err.find("warning"), std::string::npos) << result.err;
    EXPECT_EQ(metrics().at("pgkeep_last_exit_code").at("database=app;"), 1);
}

TEST_F(MetricsLive, PruneOnlyKeepsWhatIsKnownOfRuns) {
    std::string const shop = make_shop();
    run("pgkeep-backup --metrics-file=\"$T/pgkeep.prom\" \"$1\"", {shop});
    Metrics const before = metrics();
    ShellResult const result =
        run("pgkeep-backup -q --metrics-file=\"$T/pgkeep.prom\" --prune-only --keep-last=1");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(metrics().at("pgkeep_last_exit_code"), before.at("pgkeep_last_exit_code"));
}

TEST_F(MetricsLive, AFileThatCannotBeWrittenIsAWarningAndExitThree) {
    std::string const shop = make_shop();
    ShellResult const result = run("pgkeep-backup --metrics-file=/no/such/folder/x.prom "
                                   "--run-after='echo \"$PGKEEP_STATUS\" >>\"$T/log\"' \"$1\"",
                                   {shop});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.err.find("warning: the metrics file is not written: "), std::string::npos)
        << result.err;
    EXPECT_EQ(read_whole_file(folder_.file("log")), "ok\nattention\n");
}

TEST_F(MetricsLive, AFailingLastHookIsInTheExitCodeOfTheFile) {
    std::string const shop = make_shop();
    run("pgkeep-backup --metrics-file=\"$T/pgkeep.prom\" --run-after='test -n \"$PGKEEP_DATABASE\"'"
        " \"$1\"",
        {shop});
    EXPECT_EQ(metrics().at("pgkeep_run_exit_code").at(""), 3);
}

TEST_F(MetricsLive, AnArchiveThatGoesElsewhereLeavesTheFileAlone) {
    std::string const shop = make_shop();
    run("pgkeep-backup --metrics-file=\"$T/pgkeep.prom\" -f \"$T/x.sql.gz\" \"$1\"", {shop});
    EXPECT_FALSE(std::filesystem::exists(folder_.file("pgkeep.prom")));
}

} // namespace
} // namespace pgkeep
