// The three programs, end to end, when all is well.

#include "program_runner.hpp"
#include <sys/stat.h>

#include <algorithm>

namespace pgkeep {
namespace {

unsigned mode_of(std::filesystem::path const &path) {
    return static_cast<unsigned>(std::filesystem::status(path).permissions()) & 0777U;
}

TEST_F(ProgramsLive, BackupIsSilentOnSuccessWithoutATerminal) {
    std::string const shop = make_shop();
    ShellResult const result = run("pgkeep-backup \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "");
    expect_no_sessions();
}

TEST_F(ProgramsLive, BackupWithVerbosePrintsOneLineADatabase) {
    std::string const a = make_shop();
    std::string const b = make_shop();
    ShellResult const result = run("pgkeep-backup -v \"$1\" \"$2\"", {a, b});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2) << result.out;
    EXPECT_EQ(result.out.rfind(a + ": " + repository() + "/" + a + "/" + a + "_", 0), 0U)
        << result.out;
    EXPECT_NE(result.out.find("1,000 rows in 2 tables"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("read back and proven"), std::string::npos) << result.out;
}

TEST_F(ProgramsLive, QuietCountsMoreThanATerminalAndLessThanALaterVerbose) {
    std::string const shop = make_shop();
    EXPECT_EQ(run("pgkeep-backup -v -q \"$1\"", {shop}).out, "");
    EXPECT_NE(run("pgkeep-backup -q -v \"$1\"", {shop}).out, "");
}

TEST_F(ProgramsLive, ArchivesAndFoldersAreForTheirOwnerOnlyWhateverTheUmask) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("umask 0; pgkeep-backup --globals --log-file=$T/log \"$1\"", {shop}).exit_code,
              0);
    EXPECT_EQ(mode_of(repository()), 0700U);
    EXPECT_EQ(mode_of(folder_.file("log")), 0600U);
    for (auto const &entry : std::filesystem::recursive_directory_iterator{repository()}) {
        EXPECT_EQ(mode_of(entry), entry.is_directory() ? 0700U : 0600U) << entry.path();
    }
}

TEST_F(ProgramsLive, BackupToAFileMakesOneArchiveThere) {
    std::string const shop = make_shop();
    ShellResult const result = run("umask 0; pgkeep-backup -f $T/one.sql.gz -d \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(mode_of(folder_.file("one.sql.gz")), 0600U);
    EXPECT_FALSE(std::filesystem::exists(repository()));
    EXPECT_EQ(run("pgkeep-verify $T/one.sql.gz").exit_code, 0);
}

TEST_F(ProgramsLive, BackupToStandardOutputIsAnArchiveAndNothingElse) {
    std::string const shop = make_shop();
    ShellResult const result =
        run("pgkeep-backup -v -f - \"$1\" >$T/out.sql.gz && gunzip -c $T/out.sql.gz | tail -n 3",
            {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("-- PostgreSQL database dump complete"), std::string::npos);
    EXPECT_NE(result.err.find("not checked"), std::string::npos) << result.err;
    EXPECT_EQ(run("pgkeep-verify $T/out.sql.gz").exit_code, 0);
}

TEST_F(ProgramsLive, BackupPrintsOneJsonDocument) {
    std::string const shop = make_shop();
    ShellResult const result = run("pgkeep-backup --json --globals \"$1\"", {shop});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    auto const document = parse(result);
    EXPECT_EQ(document.at("program"), "pgkeep-backup");
    EXPECT_EQ(document.at("exit_code"), 0);
    ASSERT_EQ(document.at("databases").size(), 1U);
    EXPECT_EQ(document.at("databases")[0].at("database"), shop);
    EXPECT_EQ(document.at("databases")[0].at("rows"), 1000);
    EXPECT_EQ(document.at("databases")[0].at("verified"), "checksum");
    EXPECT_TRUE(
        std::filesystem::exists(document.at("databases")[0].at("archive").get<std::string>()));
    EXPECT_TRUE(std::filesystem::exists(document.at("globals").at("archive").get<std::string>()));
}

TEST_F(ProgramsLive, AllTakesEveryDatabaseButThoseExcludedAndTheGlobals) {
    std::string const a = make_shop("wanted");
    std::string const b = make_shop("unwanted");
    ShellResult const result =
        run("pgkeep-backup --json --all -x 'unwanted*' -x 'shop*' -x 'copy*' -x 'limited*'");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    auto const document = parse(result);
    std::vector<std::string> names;
    for (auto const &database : document.at("databases")) {
        names.push_back(database.at("database"));
    }
    EXPECT_NE(std::find(names.begin(), names.end(), a), names.end());
    EXPECT_NE(std::find(names.begin(), names.end(), "postgres"), names.end());
    EXPECT_EQ(std::find(names.begin(), names.end(), b), names.end());
    EXPECT_EQ(std::find(names.begin(), names.end(), "template1"), names.end());
    EXPECT_TRUE(document.contains("globals"));
}

TEST_F(ProgramsLive, RestorePrintsTheProofTable) {
    std::string const shop = make_shop();
    std::string const copy = shop + "_copy";
    ASSERT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
    ShellResult const result =
        run("pgkeep-restore -v -d \"$1\" --into=\"$2\" latest", {shop, copy});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("public.goods            1,000          1,000  same\n"),
              std::string::npos)
        << result.out;
    EXPECT_NE(result.out.find(copy + ": restored from "), std::string::npos) << result.out;
    EXPECT_EQ(query_sql(copy, "SELECT count(*), sum(id) FROM goods"), "1000|500500");
    expect_no_sessions();
}

TEST_F(ProgramsLive, RestoreIsSilentOnSuccessWithoutATerminal) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
    ShellResult const result =
        run("pgkeep-restore -d \"$1\" --from-database=\"$2\" --at=now", {shop + "_new", shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
}

TEST_F(ProgramsLive, RestoreTakesTheTimeThatTheListShows) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
    ShellResult const result =
        run("time=$(pgkeep-restore --list -d \"$1\" | awk 'END {print $1}'); "
            "pgkeep-restore --json --from-database=\"$1\" -d \"$2\" \"$time\"",
            {shop, shop + "_timed"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(parse(result).at("proven"), true);
    EXPECT_EQ(parse(result).at("rows"), 1000);
}

TEST_F(ProgramsLive, ADryRunPrintsThePlanAndChangesNothing) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
    std::string const before =
        query_sql("postgres", "SELECT string_agg(datname, ',' ORDER BY 1) FROM pg_database");
    ShellResult const result =
        run("pgkeep-restore -d \"$1\" --into=\"$2\" --dry-run latest", {shop, shop + "_dry"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out.rfind(" 1. ", 0), 0U) << result.out;
    EXPECT_EQ(query_sql("postgres", "SELECT string_agg(datname, ',' ORDER BY 1) FROM pg_database"),
              before);
}

TEST_F(ProgramsLive, ListShowsNewestLastWithEvidence) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup \"$1\" && pgkeep-backup --verify=none \"$1\"", {shop}).exit_code,
              0);
    auto const document = parse(run("pgkeep-restore --list --json -d \"$1\"", {shop}));
    ASSERT_EQ(document.at("archives").size(), 2U);
    auto const &archives = document.at("archives");
    EXPECT_LE(archives[0].at("time"), archives[1].at("time"));
    EXPECT_EQ(archives[0].at("evidence").at("level"), "checksum");
    EXPECT_FALSE(archives[1].contains("evidence"));
    ShellResult const text = run("pgkeep-restore -l");
    EXPECT_EQ(text.exit_code, 0);
    EXPECT_EQ(std::count(text.out.begin(), text.out.end(), '\n'), 3) << text.out;
}

TEST_F(ProgramsLive, VerifyReportsSoundArchives) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup --globals \"$1\"", {shop}).exit_code, 0);
    ShellResult const all = run("pgkeep-verify");
    EXPECT_EQ(all.exit_code, 0) << all.err;
    EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 2) << all.out;
    ShellResult const latest = run("pgkeep-verify --latest --level=quick --format=json");
    ASSERT_EQ(latest.exit_code, 0) << latest.err;
    ASSERT_EQ(parse(latest).at("archives").size(), 1U);
    EXPECT_EQ(parse(latest).at("archives")[0].at("passed"), true);
    EXPECT_EQ(parse(latest).at("archives")[0].at("level"), "quick");
    EXPECT_EQ(run("pgkeep-verify -q").out, "");
}

TEST_F(ProgramsLive, AConfigurationFileServesAllThreePrograms) {
    std::string const shop = make_shop();
    write_whole_file(folder_.file("pgkeep.conf"), "repository = " + folder_.file("elsewhere") +
                                                      "\njobs = 2\nlevel = quick\nverify = none\n"
                                                      "dbname = " +
                                                      shop + "\n");
    ShellResult const result = run("unset PGKEEP_REPOSITORY; C=--config=$T/pgkeep.conf; "
                                   "pgkeep-backup $C && pgkeep-verify $C && "
                                   "pgkeep-restore $C --from-database=\"$1\" -d \"$1\"_conf latest",
                                   {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find(", quick, "), std::string::npos) << result.out;
    EXPECT_TRUE(std::filesystem::exists(folder_.file("elsewhere/" + shop)));
}

TEST_F(ProgramsLive, AnEnvFileCountsBeforeTheEnvironment) {
    std::string const shop = make_shop();
    write_whole_file(folder_.file(".env"), "export DATABASE_URL=\"postgresql+psycopg2:///" + shop +
                                               "?host=" + scratch_server().socket_folder() +
                                               "&port=" + scratch_server().port() +
                                               "&pool_size=5\"\n");
    ShellResult const result =
        run("export PGDATABASE=nosuch; pgkeep-backup --json --env-file=$T/.env");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(parse(result).at("databases")[0].at("database"), shop);
}

TEST_F(ProgramsLive, AServiceNamesTheDatabase) {
    std::string const shop = make_shop();
    write_whole_file(folder_.file("services"), "[svc]\nhost=" + scratch_server().socket_folder() +
                                                   "\nport=" + scratch_server().port() +
                                                   "\nuser=" + scratch_server().user() +
                                                   "\ndbname=" + shop + "\n");
    std::string const start = "unset PGDATABASE PGHOST PGPORT; export PGSERVICEFILE=$T/services; ";
    for (char const *call :
         {"pgkeep-backup --json -d service=svc", "PGSERVICE=svc pgkeep-backup --json",
          "pgkeep-backup --json --globals service=svc"}) {
        ShellResult const result = run(start + call);
        ASSERT_EQ(result.exit_code, 0) << result.err;
        ASSERT_EQ(parse(result).at("databases").size(), 1U);
        EXPECT_EQ(parse(result).at("databases")[0].at("database"), shop);
    }
    EXPECT_NE(run(start + "pgkeep-backup -v -d service=svc").out.find(shop + ": "),
              std::string::npos);
    EXPECT_NE(run(start + "pgkeep-backup -d service=nosuch").err.find("nosuch"), std::string::npos);
}

TEST_F(ProgramsLive, HelpAndVersionGoToStandardOutput) {
    for (char const *program : {"pgkeep-backup", "pgkeep-restore", "pgkeep-verify"}) {
        ShellResult const help = run(std::string{program} + " --help");
        EXPECT_EQ(help.exit_code, 0);
        EXPECT_EQ(help.err, "");
        EXPECT_NE(help.out.find("Usage:"), std::string::npos);
        EXPECT_EQ(run(std::string{program} + " -?").out, help.out);
        ShellResult const version = run(std::string{program} + " --version");
        EXPECT_EQ(version.exit_code, 0);
        EXPECT_EQ(version.out.rfind(std::string{program} + " (pgkeep) ", 0), 0U) << version.out;
    }
}

} // namespace
} // namespace pgkeep
