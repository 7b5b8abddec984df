// --run-before and --run-after of pgkeep-backup.

#include "model/sql_text.hpp"

#include "program_runner.hpp"

namespace pgkeep {
namespace {

class HooksLive : public ProgramsLive {
protected:
    // What the hooks wrote to $T/log, a line each.
    [[nodiscard]] std::string hook_log() const {
        return std::filesystem::exists(folder_.file("log")) ? read_whole_file(folder_.file("log"))
                                                            : "";
    }
    [[nodiscard]] static constexpr char const *teller() {
        return "tell='echo \"$PGKEEP_STATUS|$PGKEEP_DATABASE|${PGKEEP_ARCHIVE##*/}|"
               "$PGKEEP_EXIT_CODE|$PGKEEP_MESSAGE\" >>\"$T/log\"'\n";
    }
};

TEST_F(HooksLive, TheCommandsSeeEachDatabaseAndTheEndOfTheRun) {
    std::string const one = make_shop("one");
    std::string const two = make_shop("two");
    ShellResult const result = run("pgkeep-backup --run-before='echo start >>\"$T/log\"' "
                                   "--run-after='echo \"$PGKEEP_STATUS|$PGKEEP_DATABASE|"
                                   "$(test -f \"$PGKEEP_ARCHIVE\" && echo file)|"
                                   "$PGKEEP_EXIT_CODE\" >>\"$T/log\"' \"$1\" \"$2\"",
                                   {one, two});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    EXPECT_EQ(hook_log(), "start\nok|" + one + "|file|0\nok|" + two + "|file|0\nok|||0\n");
}

TEST_F(HooksLive, AFailingRunBeforeStopsTheRunAndTheEndIsToldOfIt) {
    std::string const shop = make_shop();
    ShellResult const result =
        run(std::string{teller()} +
                "pgkeep-backup --run-before='echo no tunnel >&2; exit 7' --run-after=\"$tell\" "
                "\"$1\"",
            {shop});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(
        result.err.find("error: the command of --run-before failed (exit code 7): no tunnel\n"),
        std::string::npos)
        << result.err;
    EXPECT_EQ(hook_log(),
              "failed|||1|the command of --run-before failed (exit code 7): no tunnel\n");
    EXPECT_TRUE(files_below(repository()).empty());
}

TEST_F(HooksLive, AFailingRunAfterIsAWarningAndExitThreeAndTheArchiveStays) {
    std::string const shop = make_shop();
    ShellResult const result =
        run("pgkeep-backup --run-after='test -z \"$PGKEEP_DATABASE\" || exit 2' \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.err.find("warning: the command of --run-after failed (exit code 2)"),
              std::string::npos)
        << result.err;
    EXPECT_EQ(files_below(repository()).size(), 2U);
}

TEST_F(HooksLive, OneOfTwoThatFailedIsToldToItsHookAndToTheEnd) {
    std::string const shop = make_shop();
    ShellResult const result =
        run("pgkeep-backup --run-after='echo \"$PGKEEP_STATUS|$PGKEEP_DATABASE|"
            "$PGKEEP_EXIT_CODE\" >>\"$T/log\"' no_such_thing \"$1\"",
            {shop});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(hook_log(), "failed|no_such_thing|1\nok|" + shop + "|0\nattention||3\n");
}

TEST_F(HooksLive, ACommandSeesNoPasswordAndTheServerOfTheRun) {
    std::string const shop = make_shop();
    run("export PGPASSWORD=s3cret1 POSTGRES_PASSWORD=s3cret2 DATABASE_URL=postgresql:///s3cret3\n"
        "pgkeep-backup --run-before='env >\"$T/log\"' "
        "-d \"dbname=$1 password=s3cret4 host=$PGHOST\"",
        {shop});
    EXPECT_EQ(hook_log().find("s3cret"), std::string::npos) << hook_log();
    EXPECT_NE(hook_log().find("\nPGHOST="), std::string::npos);
    EXPECT_NE(hook_log().find("\nPGDATABASE=" + shop + "\n"), std::string::npos);
}

TEST_F(HooksLive, WhatACommandPrintsIsLoggedAndNeverAmongTheResults) {
    std::string const shop = make_shop();
    ShellResult const result = run(
        "pgkeep-backup --json -v --run-before='echo to stdout; echo to stderr >&2' \"$1\"", {shop});
    EXPECT_EQ(parse(result)["exit_code"], 0);
    EXPECT_NE(result.err.find("--run-before: to stdout\n"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("--run-before: to stderr\n"), std::string::npos) << result.err;
}

TEST_F(HooksLive, NoCommandIsRunForARunThatIsRefused) {
    ShellResult const result =
        run("unset PGDATABASE\npgkeep-backup --run-before='touch \"$T/log\"' "
            "--run-after='touch \"$T/log\"'");
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_FALSE(std::filesystem::exists(folder_.file("log")));
}

TEST_F(HooksLive, TheNameOfADatabaseIsNoPartOfTheCommand) {
    std::string const odd = "odd\"; touch \"$T/pwned\" $(touch $T/pwned) '";
    run_sql("postgres", "ALTER DATABASE " + make_shop() + " RENAME TO " + quote_identifier(odd));
    ShellResult const result =
        run("pgkeep-backup --run-after='echo \"$PGKEEP_DATABASE\" >>\"$T/log\"' -d postgres -- "
            "\"$1\"",
            {odd});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(hook_log(), odd + "\n\n");
    EXPECT_FALSE(std::filesystem::exists(folder_.file("pwned")));
}

TEST_F(HooksLive, AStoppedRunStillTellsItsEnd) {
    std::string const shop = make_shop();
    ShellResult const result =
        run("pgkeep-backup --run-before='kill -TERM $PPID; sleep 5' "
            "--run-after='echo \"$PGKEEP_STATUS|$PGKEEP_EXIT_CODE\" >>\"$T/log\"' \"$1\"",
            {shop});
    EXPECT_EQ(result.exit_code, 143) << result.err;
    EXPECT_EQ(hook_log(), "failed|143\n");
}

} // namespace
} // namespace pgkeep
