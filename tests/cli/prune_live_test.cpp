// Retention through the programs: policies, marks, the anomaly gate and locks.

#include "repository/lock.hpp"
#include "repository/repository.hpp"

#include "program_runner.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

class PruneLive : public ProgramsLive {
protected:
    // One archive of `database` for each stamp, by backing up and giving it that name, with its
    // evidence.
    void back_up_at(std::string const &database, std::vector<std::string> const &stamps) {
        for (std::string const &stamp : stamps) {
            ShellResult const result =
                run("set -e; mkdir -p \"$R/.new\"\n"
                    "pgkeep-backup -r \"$R/.new\" \"$1\"\n"
                    "mkdir -p -m 0700 \"$R/$1\"; cd \"$R/.new/$1\"\n"
                    "for f in *.sql.gz; do mv \"$f\" \"$R/$1/$1_$2.sql.gz\"\n"
                    "mv \".$f.evidence\" \"$R/$1/.$1_$2.sql.gz.evidence\"; done; rm -r \"$R/.new\"",
                    {database, stamp});
            ASSERT_EQ(result.exit_code, 0) << result.err;
        }
    }

    // Stamps in the database's folder, oldest first.
    [[nodiscard]] std::vector<std::string> stamps(std::string const &database) const {
        std::vector<std::string> found;
        for (ArchiveFile const &file : Repository{repository()}.list(database)) {
            found.push_back(format_stamp(file.name.time));
        }
        return found;
    }

    void expect_success(std::string const &script, std::vector<std::string> const &arguments) {
        ShellResult const result = run(script, arguments);
        EXPECT_EQ(result.exit_code, 0) << script << '\n' << result.err;
        EXPECT_EQ(result.err, "") << script;
    }
};

using Stamps = std::vector<std::string>;

TEST_F(PruneLive, ABackupIsFollowedByTheRetentionOfItsDatabaseInSilence) {
    std::string const shop = make_shop();
    std::string const other = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    back_up_at(other, {"20260101_010000", "20260102_010000"});
    ShellResult const result = run("pgkeep-backup --keep-last=2 \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    EXPECT_EQ(stamps(shop).size(), 2U);
    EXPECT_EQ(stamps(shop).front(), "20260102_010000");
    EXPECT_EQ(stamps(other).size(), 2U);
}

TEST_F(PruneLive, NothingIsRemovedWithoutARuleOrWithNoPrune) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    expect_success("pgkeep-backup --min-keep=1 \"$1\"", {shop});
    expect_success("pgkeep-backup --keep-last=1 --no-prune \"$1\"", {shop});
    EXPECT_EQ(stamps(shop).size(), 4U);
}

TEST_F(PruneLive, RetentionRunsWhenAnotherDatabaseFailedAndNotForThatOne) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    std::string const broken = make_shop();
    back_up_at(broken, {"20260101_010000", "20260102_010000"});
    run_sql("postgres", "DROP DATABASE \"" + broken + "\"");
    ShellResult const result = run("pgkeep-backup --keep-last=1 \"$1\" \"$2\"", {broken, shop});
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_EQ(stamps(broken).size(), 2U);
    EXPECT_EQ(stamps(shop).size(), 1U);
}

TEST_F(PruneLive, GlobalsArePrunedToo) {
    ASSERT_EQ(run("pgkeep-backup --globals; sleep 1; pgkeep-backup --globals").exit_code, 0);
    EXPECT_EQ(stamps({}).size(), 2U);
    ShellResult const result = run("sleep 1; pgkeep-backup -v --globals --keep-last=1");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(stamps({}).size(), 1U) << result.err;
}

TEST_F(PruneLive, ADryRunAsksNoServerRemovesNothingAndShowsWhy) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    ShellResult const result = run("PGHOST=/nowhere pgkeep-backup --dry-run --keep-last=1");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    EXPECT_NE(result.out.find("remove   no rule keeps it"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("keep     newest proven archive; last 1"), std::string::npos)
        << result.out;
    EXPECT_NE(result.out.find(shop + ": 1 of 2 archives would be removed"), std::string::npos);
    EXPECT_EQ(stamps(shop).size(), 2U);
    auto const document = parse(run("pgkeep-backup --dry-run --keep-last=1 --json"));
    EXPECT_EQ(document.at("retention").at(0).at("archives").at(0).at("keep"), false);
    EXPECT_GT(document.at("retention").at(0).at("would_free"), 0);
}

TEST_F(PruneLive, PruneOnlyDoesWhatTheDryRunSaid) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000", "20260103_010000"});
    ShellResult const result =
        run("PGHOST=/nowhere pgkeep-backup --prune-only --keep-last=1 \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("2 of 3 archives removed"), std::string::npos) << result.out;
    EXPECT_EQ(stamps(shop), Stamps{"20260103_010000"});
    expect_failure("pgkeep-backup --prune-only --keep-last=1 nosuch", 1,
                   "there are no archives of database \"nosuch\"", "--list");
}

TEST_F(PruneLive, PruneOnlyWithoutARuleSaysSo) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    ShellResult const result = run("pgkeep-backup --prune-only");
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.err.find("no rule for retention was given"), std::string::npos);
    EXPECT_EQ(stamps(shop).size(), 2U);
}

TEST_F(PruneLive, AHeldArchiveOutlivesEveryRule) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000", "20260103_010000"});
    expect_success("pgkeep-backup --hold=20260101_010000 \"$1\"", {shop});
    EXPECT_EQ(run("pgkeep-backup --prune-only --keep-last=1").exit_code, 0);
    EXPECT_EQ(stamps(shop), (Stamps{"20260101_010000", "20260103_010000"}));
    expect_success("pgkeep-backup --release=20260101_010000 -d \"$1\"", {shop});
    EXPECT_EQ(run("pgkeep-backup --prune-only --keep-last=1").exit_code, 0);
    EXPECT_EQ(stamps(shop), Stamps{"20260103_010000"});
    expect_failure("pgkeep-backup --hold=/etc/passwd", 1, "is no archive of the repository",
                   "An archive has a name");
}

TEST_F(PruneLive, AnotherRunThatHoldsTheLockIsNamed) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    RunLock const lock{repository() + "/" + shop, "backup of shop"};
    lock.say_phase("data 45 %");
    for (std::string const &command :
         {"pgkeep-backup --prune-only --keep-last=1 " + shop, "pgkeep-backup " + shop}) {
        expect_failure(command, 5, "is in use by another run: test_cli_live (backup of shop), pid ",
                       "Wait until that run is done");
        EXPECT_NE(run(command).err.find("at data 45 %"), std::string::npos);
    }
    EXPECT_EQ(run("pgkeep-backup --dry-run --keep-last=1").exit_code, 0);
    EXPECT_EQ(stamps(shop).size(), 2U);
}

TEST_F(PruneLive, AnAnomalyPublishesHoldsRetentionAndExitsWithThree) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    run_sql(shop, "DELETE FROM goods WHERE id > 10");
    std::string const backup = "pgkeep-backup --keep-last=1 \"$1\"";
    ShellResult const first = run(backup, {shop});
    EXPECT_EQ(first.exit_code, 3) << first.err;
    EXPECT_NE(first.err.find("goods fell from 1,000 rows to 10 rows"), std::string::npos)
        << first.err;
    EXPECT_NE(first.err.find("--release=ARCHIVE"), std::string::npos) << first.err;
    EXPECT_EQ(stamps(shop).size(), 3U);
    // Nobody has looked: the next night says it again, and pruning alone keeps the last good one.
    EXPECT_EQ(run("sleep 1;" + backup, {shop}).exit_code, 3);
    EXPECT_EQ(run("pgkeep-backup --prune-only --keep-last=1").exit_code, 0);
    EXPECT_EQ(stamps(shop).size(), 3U); // the older good one is gone, the newest good one is not
    EXPECT_EQ(stamps(shop).front(), "20260102_010000");
    expect_success("pgkeep-backup --release=latest \"$1\"", {shop});
    ShellResult const accepted = run("sleep 1;" + backup, {shop});
    EXPECT_EQ(accepted.exit_code, 0) << accepted.err;
    EXPECT_NE(stamps(shop).front(), "20260102_010000");
}

TEST_F(PruneLive, TheAnomalyGateCanBeTurnedOffAndShowsInJson) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000"});
    run_sql(shop, "DROP TABLE goods");
    auto const document = parse(run("pgkeep-backup --json \"$1\"", {shop}));
    EXPECT_EQ(document.at("exit_code"), 3);
    EXPECT_FALSE(document.at("databases").at(0).at("anomalies").empty());
    EXPECT_EQ(run("pgkeep-backup --anomaly-rows=0 \"$1\"", {shop}).exit_code, 0);
}

TEST_F(PruneLive, AnOldScriptsArchivesStayUntilTheyAreAdopted) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260110_010000", "20260111_010000"});
    ASSERT_EQ(run("pg_dump -d \"$1\" | gzip > \"$R/$1_20250101_120000.sql.gz\"\n"
                  "head -c 500 \"$R/$1_20250101_120000.sql.gz\" > \"$R/$1_20250102_120000.sql.gz\"",
                  {shop})
                  .exit_code,
              0);
    std::string const prune = "pgkeep-backup --prune-only --keep-last=1 \"$1\"";
    ShellResult const kept = run(prune, {shop});
    EXPECT_NE(kept.out.find("keep     not written by pgkeep"), std::string::npos) << kept.out;
    EXPECT_EQ(stamps(shop), (Stamps{"20250101_120000", "20250102_120000", "20260111_010000"}));
    ShellResult const cut = run("pgkeep-backup --adopt=20250102_120000 \"$1\"", {shop});
    EXPECT_EQ(cut.exit_code, 4) << cut.err;
    ShellResult const adopted =
        run("pgkeep-backup -v --adopt=\"$1_20250101_120000.sql.gz\"", {shop});
    EXPECT_EQ(adopted.exit_code, 0) << adopted.err;
    EXPECT_NE(adopted.out.find("adopted, 1,000 rows"), std::string::npos) << adopted.out;
    EXPECT_EQ(run(prune, {shop}).exit_code, 0);
    EXPECT_EQ(stamps(shop), (Stamps{"20250102_120000", "20260111_010000"}));
    ShellResult const ours = run("pgkeep-backup --adopt=latest \"$1\"", {shop});
    EXPECT_EQ(ours.exit_code, 2) << ours.err;
}

TEST_F(PruneLive, TheNightAfterAKillCleansUpAndPrunes) {
    std::string const shop = make_shop();
    back_up_at(shop, {"20260101_010000", "20260102_010000"});
    // Killed while it held the lock, its file half written, a prune half done.
    ASSERT_EQ(run("cd \"$R/$1\"; rm .$1_20260101_010000.sql.gz.evidence\n"
                  "echo half > .$1.tmp-4194305-00c0ffee\n"
                  "printf 'pid=4194305\\nhost=%s\\npurpose=x\\n' \"$(hostname)\" > .lock",
                  {shop})
                  .exit_code,
              0);
    expect_success("pgkeep-backup --keep-last=1 \"$1\"", {shop});
    EXPECT_EQ(stamps(shop).size(), 1U);
    EXPECT_EQ(files_below(repository()).size(), 2U); // the new one and its evidence
}

} // namespace
} // namespace pgkeep
