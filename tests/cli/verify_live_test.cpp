// pgkeep-verify as CI and monitoring use it: drill, drift, status, formats.

#include "program_runner.hpp"
#include <gmock/gmock.h>

#include <iterator>
#include <sstream>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::Not;

class VerifyLive : public ProgramsLive {
protected:
    std::string back_up_shop() {
        std::string shop = make_shop("kept");
        EXPECT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
        return shop;
    }
};

TEST_F(VerifyLive, ADrillRestoresIntoAThrowAwayServerAndLeavesEvidence) {
    std::string const shop = back_up_shop();
    ShellResult const drill = run("pgkeep-verify --level=drill -d \"$1\" latest", {shop});
    EXPECT_EQ(drill.exit_code, 0) << drill.err;
    EXPECT_THAT(drill.out, HasSubstr(", drill, "));
    ShellResult const list = run("pgkeep-restore --list -d \"$1\"", {shop});
    EXPECT_THAT(list.out, HasSubstr("drill "));
    auto const status = parse(run("pgkeep-verify --status --json"));
    EXPECT_EQ(status.at("databases")[0].at("state"), "ok");
    EXPECT_FALSE(status.at("databases")[0].at("newest_drilled").is_null());
}

// Compiling fails where no memory may be both written and executed. pg_restore sets nothing by
// itself: the server has to.
TEST_F(VerifyLive, ADrillsServerCompilesNothing) {
    std::string const shop = back_up_shop();
    ShellResult const result =
        run("printf 'SELECT setting = $$off$$ FROM pg_file_settings WHERE name = $$jit$$;' > "
            "$T/jit.sql; pgkeep-verify --level=drill --sql=$T/jit.sql -d \"$1\" latest",
            {shop});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(VerifyLive, AnAssertionThatFailsIsAFindingOfTheDrill) {
    std::string const shop = back_up_shop();
    ShellResult const result =
        run("printf 'SELECT count(*) = 1000 FROM goods;\\nSELECT count(*) > 0 FROM empty;\\n' > "
            "$T/a.sql; pgkeep-verify --level=drill --sql=$T/a.sql -d \"$1\" latest",
            {shop});
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_THAT(result.out, HasSubstr("a.sql:2"));
    EXPECT_THAT(result.out, Not(HasSubstr("a.sql:1")));
    // The archive itself is good.
    auto const status = parse(run("pgkeep-verify --status --json"));
    EXPECT_EQ(status.at("databases")[0].at("state"), "ok");
    EXPECT_TRUE(status.at("databases")[0].at("newest_drilled").is_null());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // see tests/CMakeLists.txt
TEST_F(VerifyLive, AnArchiveOnABadMediumIsNoLongerProvenUntilItCanBeRead) {
    std::string const shop = back_up_shop();
    std::string const with_faults =
        "LD_PRELOAD=" PGKEEP_BIN_DIR "/libpgkeep_faults.so PGKEEP_FAULTS_FOLDER=$R/$1 ";
    // The last of the reads that a good run takes.
    ShellResult const bad = run(
        with_faults + "PGKEEP_FAULTS_LOG=$T/reads pgkeep-verify -d \"$1\" latest && " +
            with_faults + "PGKEEP_FAULTS_PLAN=\"pread@$(grep -c '^pread.*gz$' $T/reads)=EIO\" " +
            "pgkeep-verify -d \"$1\" latest",
        {shop});
    EXPECT_EQ(bad.exit_code, 1) << bad.out << bad.err;
    EXPECT_THAT(bad.err, HasSubstr("Input/output error"));
    auto const state = [&] {
        return parse(run("pgkeep-verify --status --json")).at("databases")[0].at("state");
    };
    EXPECT_NE(state(), "ok");
    EXPECT_EQ(run("pgkeep-verify -d \"$1\" latest", {shop}).exit_code, 0);
    EXPECT_EQ(state(), "ok");
}
#endif

TEST_F(VerifyLive, DriftIsNamedByTable) {
    std::string const shop = back_up_shop();
    ShellResult const same = run("pgkeep-verify -d \"$1\" --against=\"$1\" latest", {shop});
    EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
    EXPECT_THAT(same.out, HasSubstr("same "));
    run_sql(shop,
            "DELETE FROM goods WHERE id = 5; CREATE TABLE added (); SELECT nextval('numbers')");
    ShellResult const differs = run("pgkeep-verify -d \"$1\" --against=\"$1\" latest", {shop});
    EXPECT_EQ(differs.exit_code, 4) << differs.err;
    EXPECT_THAT(differs.out, HasSubstr("table public.goods: the archive has 1,000 rows"));
    EXPECT_THAT(differs.out, HasSubstr("public.added"));
    EXPECT_THAT(differs.out, HasSubstr("sequence public.numbers"));
}

TEST_F(VerifyLive, JunitHasATestCaseForEachArchiveAndIsWellFormed) {
    std::string const shop = back_up_shop();
    ShellResult const result = run(
        "cp $R/$1/*.sql.gz $T/bad.sql.gz; printf X | dd of=$T/bad.sql.gz bs=1 seek=2000 "
        "conv=notrunc "
        "2>/dev/null; pgkeep-verify --format=junit --output=$T/report.xml $R/$1/*.sql.gz "
        "$T/bad.sql.gz; code=$?; python3 -c 'import sys, xml.etree.ElementTree as e; r = "
        "e.parse(sys.argv[1]).getroot(); s = r[0]; print(s.get(\"tests\"), s.get(\"failures\"), "
        "[c.get(\"classname\") for c in s][0], s[1][0].tag)' $T/report.xml; exit $code",
        {shop});
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_EQ(result.out, "2 1 pgkeep." + shop + " failure\n");
}

TEST_F(VerifyLive, NagiosGetsItsLineAndItsCode) {
    std::string const shop = back_up_shop();
    ShellResult const good = run("pgkeep-verify --status --format=nagios --max-age=26h");
    EXPECT_EQ(good.exit_code, 0) << good.err;
    EXPECT_THAT(good.out,
                HasSubstr("PGKEEP OK - 1 database with a proven archive | '" + shop + " age'="));
    ShellResult const old = run("sleep 1.1; pgkeep-verify --status --format=nagios --max-age=1ms");
    EXPECT_EQ(old.exit_code, 2);
    EXPECT_THAT(old.out, HasSubstr("PGKEEP CRITICAL - " + shop));
    ShellResult const none =
        run("mkdir -p $T/none; pgkeep-verify --status --format=nagios -r $T/none");
    EXPECT_EQ(none.exit_code, 3);
    EXPECT_THAT(none.out, HasSubstr("UNKNOWN"));
}

TEST_F(VerifyLive, NagiosGetsUnknownWhenTheStatusCannotBeRead) {
    std::string const shop = back_up_shop();
    for (std::string const options :
         {"-d nosuch", "-r $T/missing", "-r $T/'a|b'", "latest", "--against=x"}) {
        ShellResult const result = run("pgkeep-verify --status --format=nagios " + options);
        EXPECT_EQ(result.exit_code, 3) << options << result.err;
        EXPECT_THAT(result.out, testing::StartsWith("PGKEEP UNKNOWN - ")) << options;
        EXPECT_EQ(result.out.find('\n'), result.out.size() - 1) << result.out;
        EXPECT_THAT(result.out, Not(HasSubstr("|")));
        EXPECT_THAT(result.err, HasSubstr("HINT: "));
    }
}

TEST_F(VerifyLive, StatusFailsForADatabaseWithoutAProof) {
    std::string const shop = back_up_shop();
    ShellResult const result = run("rm $R/$1/.*.evidence; pgkeep-verify --status", {shop});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_THAT(result.out, HasSubstr("NOT PROVEN"));
    EXPECT_THAT(result.err, HasSubstr("there is no proven archive"));
}

TEST_F(VerifyLive, ASubsetTakesWhatWasCheckedLongestAgo) {
    std::string const shop = back_up_shop();
    ShellResult const result =
        run("sleep 1.1; pgkeep-backup \"$1\"; sleep 1.1; for i in 1 2 3; do pgkeep-verify "
            "--subset=50% | awk '{print $2}'; sleep 1.1; done",
            {shop});
    std::istringstream lines{result.out};
    std::vector<std::string> checked{std::istream_iterator<std::string>{lines}, {}};
    ASSERT_EQ(checked.size(), 3U) << result.out << result.err;
    EXPECT_NE(checked[0], checked[1]);
    EXPECT_EQ(checked[0], checked[2]);
}

// Of these nobody remembers a check: they would be the ones longest ago for ever.
TEST_F(VerifyLive, ASubsetIsNotFilledWithFilesOfOthers) {
    std::string const shop = back_up_shop();
    ShellResult const result = run(
        "for day in 01 02 03; do echo 'SELECT 1;' | gzip > $R/$1/$1_202601${day}_010000.sql.gz; "
        "done; pgkeep-verify --format=json --subset=25%",
        {shop});
    std::string const archives = parse(result).at("archives").dump();
    EXPECT_EQ(parse(result).at("archives").size(), 2U) << archives;
    EXPECT_THAT(archives, HasSubstr("\"passed\":true"));
    EXPECT_THAT(archives, HasSubstr("_202601")) << "one of the others";
}

TEST_F(VerifyLive, OptionsThatDoNotBelongTogetherAreRefused) {
    for (char const *options :
         {"--status --against=x", "--sql=x", "--format=nagios", "--subset=0%", "--max-age=1h",
          "--status --format=junit", "--latest --subset=3%"}) {
        EXPECT_EQ(run(std::string{"pgkeep-verify "} + options).exit_code, 2) << options;
    }
}

} // namespace
} // namespace pgkeep
