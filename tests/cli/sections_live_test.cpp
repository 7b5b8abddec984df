// Sections of the configuration file, --show-config and --print-config.

#include "repository/repository.hpp"

#include "program_runner.hpp"

namespace pgkeep {
namespace {

class SectionsLive : public ProgramsLive {
protected:
    void configure(std::string const &text) {
        std::filesystem::create_directories(folder_.file(".config/pgkeep"));
        write_whole_file(folder_.file(".config/pgkeep/pgkeep.conf"), text);
    }
    [[nodiscard]] std::size_t archives(std::string const &database) const {
        return Repository{repository()}.list(database).size();
    }
    // Two archives of each of `databases`, a day old and older.
    void make_old_archives(std::vector<std::string> const &databases) {
        for (std::string const &database : databases) {
            ShellResult const result =
                run("set -e; pgkeep-backup \"$1\"; cd \"$R/$1\"; f=$(ls *.gz)\n"
                    "for s in 20260101_010000 20260102_010000; do cp $f $1_$s.sql.gz\n"
                    "cp .$f.evidence .$1_$s.sql.gz.evidence; done; rm $f .$f.evidence",
                    {database});
            ASSERT_EQ(result.exit_code, 0) << result.err;
        }
    }
};

TEST_F(SectionsLive, ADatabaseHasItsOwnPolicyAndHook) {
    std::string const one = make_shop("one");
    std::string const two = make_shop("two");
    make_old_archives({one, two});
    configure("keep-last = 1\nrun-after = echo \"all $PGKEEP_DATABASE\" >>\"$T/log\"\n[database " +
              two + "]\nkeep-last = 2\nrun-after = echo \"own $PGKEEP_DATABASE\" >>\"$T/log\"\n");
    ShellResult const result = run("pgkeep-backup \"$1\" \"$2\"", {one, two});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(archives(one), 1U);
    EXPECT_EQ(archives(two), 2U);
    EXPECT_EQ(read_whole_file(folder_.file("log")), "all " + one + "\nown " + two + "\nall \n");
}

TEST_F(SectionsLive, PruneOnlyUsesThePolicyOfTheSection) {
    std::string const one = make_shop("one");
    std::string const two = make_shop("two");
    make_old_archives({one, two});
    configure("[database " + one + "]\nkeep-last = 1\n");
    ShellResult const result = run("pgkeep-backup -q --prune-only");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(archives(one), 1U);
    EXPECT_EQ(archives(two), 2U);
}

TEST_F(SectionsLive, FiltersInASectionAreRefusedInTheRepositoryBeforeAnythingStarts) {
    std::string const shop = make_shop();
    configure("run-before = touch \"$T/log\"\n[database " + shop + "]\ntable = goods\n");
    expect_failure("pgkeep-backup " + shop, 2, "a part of a database needs --file", "with -f");
    EXPECT_FALSE(std::filesystem::exists(folder_.file("log")));
    ShellResult const result = run("pgkeep-backup -f \"$T/x.sql.gz\" \"$1\"\n"
                                   "gunzip <\"$T/x.sql.gz\" | grep -c '^CREATE TABLE'",
                                   {shop});
    EXPECT_EQ(result.out, "1\n") << result.err;
}

TEST_F(SectionsLive, ADatabaseOfTheServiceFileHasItsSection) {
    std::string const shop = make_shop();
    make_old_archives({shop});
    configure("[database " + shop + "]\nkeep-last = 1\n");
    write_whole_file(folder_.file("service.conf"), "[s]\ndbname=" + shop + "\n");
    ShellResult const result =
        run("unset PGDATABASE\nexport PGSERVICEFILE=\"$T/service.conf\" PGSERVICE=s\n"
            "pgkeep-backup");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(archives(shop), 1U);
}

TEST_F(SectionsLive, ShowConfigSaysWhatHoldsAndWhereItComesFrom) {
    std::string const shop = make_shop();
    configure("keep-last = 3\n[database " + shop + "]\nkeep-last = 7\n[database gone]\njobs = 1\n");
    ShellResult const result =
        run("PGPASSWORD=s3cret1 pgkeep-backup --show-config -Z1 \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("Database \"" + shop + "\":\n"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("/pgkeep.conf:3\n"), std::string::npos) << result.out;
    EXPECT_EQ(result.out.find("/pgkeep.conf:1\n"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("environment: PGKEEP_REPOSITORY\n"), std::string::npos);
    EXPECT_NE(result.out.find("Not used by this run: [database gone]\n"), std::string::npos);
    EXPECT_EQ((result.out + result.err).find("s3cret1"), std::string::npos);
    EXPECT_TRUE(files_below(repository()).empty());
    ShellResult const json = run("pgkeep-backup --show-config --json \"$1\"", {shop});
    EXPECT_EQ(parse(json)["databases"][0]["database"], shop);
}

TEST_F(SectionsLive, PrintConfigWorksThoughTheFileIsWrongAndIsAFileToStartFrom) {
    configure("nonsense\n");
    ShellResult const text = run("pgkeep-backup --print-config");
    EXPECT_EQ(text.exit_code, 0) << text.err;
    configure(text.out);
    EXPECT_EQ(run("pgkeep-backup \"$1\"", {make_shop()}).exit_code, 0);
}

TEST_F(SectionsLive, TheOtherProgramsPassOverSections) {
    configure("[database app]\nkeep-lst = 1\n[nonsense\n");
    ASSERT_EQ(run("touch \"$T/empty\"\npgkeep-backup --config=\"$T/empty\" \"$1\"", {make_shop()})
                  .exit_code,
              0);
    EXPECT_EQ(run("pgkeep-verify && pgkeep-restore --list >/dev/null").err, "");
    EXPECT_EQ(run("pgkeep-backup app").exit_code, 2);
}

} // namespace
} // namespace pgkeep
