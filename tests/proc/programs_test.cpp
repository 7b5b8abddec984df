#include "base/error.hpp"
#include "proc/programs.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace pgkeep {
namespace {

using testing::HasSubstr;

// A folder of programs that only know their version.
class FakePrograms {
public:
    std::string add(std::string const &name, std::string const &program, std::string const &says) {
        std::string const bin = folder_.file(name);
        std::filesystem::create_directories(bin);
        write_whole_file(bin + "/" + program, "#!/bin/sh\necho '" + says + "'\n");
        std::filesystem::permissions(bin + "/" + program, std::filesystem::perms::owner_all);
        return bin;
    }

private:
    TemporaryFolder folder_;
};

TEST(FindPrograms, ReadsTheVersionWithItsPackage) {
    FakePrograms fake;
    std::string const bin =
        fake.add("bin", "pg_dump", "pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)");
    auto const sets = find_programs(bin, "pg_dump");
    ASSERT_EQ(sets.size(), 1U);
    EXPECT_EQ(sets[0].major, 15);
    EXPECT_EQ(sets[0].version, "15.14 (Debian 15.14-0+deb12u1)");
    EXPECT_EQ(sets[0].path("psql"), std::filesystem::canonical(bin).string() + "/psql");
}

TEST(FindPrograms, ReadsTheVersionOfABeta) {
    FakePrograms fake;
    auto const sets =
        find_programs(fake.add("bin", "pg_dump", "pg_dump (PostgreSQL) 19beta1"), "pg_dump");
    ASSERT_EQ(sets.size(), 1U);
    EXPECT_EQ(sets[0].major, 19);
}

TEST(FindSameProgram, AsksForTheMinorNumberButNotForThePackage) {
    FakePrograms fake;
    std::string const bin =
        fake.add("bin", "pg_dump", "pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)");
    auto const same = find_same_program(bin, "pg_dump", "15.14 (Ubuntu 15.14-1.pgdg22.04+1)");
    ASSERT_TRUE(same);
    EXPECT_EQ(same->version, "15.14 (Debian 15.14-0+deb12u1)");
    EXPECT_FALSE(find_same_program(bin, "pg_dump", "15.1"));
    EXPECT_FALSE(find_same_program(bin, "pg_dump", "15.15 (Debian 15.15-0+deb12u1)"));
}

TEST(FindPrograms, PassesOverAProgramOfSomebodyElse) {
    FakePrograms fake;
    EXPECT_TRUE(find_programs(fake.add("bin", "pg_dump", "something else 3.1"), "pg_dump").empty());
}

TEST(FindPrograms, LooksInPathAndPutsTheOldestFirst) {
    FakePrograms fake;
    std::string const newer = fake.add("newer", "pgkeep_probe", "pgkeep_probe (PostgreSQL) 17.2");
    std::string const older = fake.add("older", "pgkeep_probe", "pgkeep_probe (PostgreSQL) 9.6.24");
    std::string const fixed = fake.add("fixed", "pgkeep_probe", "pgkeep_probe (PostgreSQL) 17.10");
    std::string const before = std::getenv("PATH");
    ::setenv("PATH", (newer + ":" + older + "::" + fixed + ":" + newer).c_str(), 1);
    auto const sets = find_programs("", "pgkeep_probe");
    ::setenv("PATH", before.c_str(), 1);
    ASSERT_EQ(sets.size(), 3U);
    EXPECT_EQ(sets[0].version, "9.6.24");
    EXPECT_EQ(sets[1].version, "17.10");
    EXPECT_EQ(sets[2].version, "17.2");
}

TEST(ChoosePrograms, TakesTheOldestThatIsNewEnough) {
    FakePrograms fake;
    std::string const a = fake.add("a", "pgkeep_probe", "pgkeep_probe (PostgreSQL) 14.1");
    std::string const b = fake.add("b", "pgkeep_probe", "pgkeep_probe (PostgreSQL) 16.1");
    std::string const c = fake.add("c", "pgkeep_probe", "pgkeep_probe (PostgreSQL) 15.1");
    std::string const before = std::getenv("PATH");
    ::setenv("PATH", (a + ":" + b + ":" + c).c_str(), 1);
    EXPECT_EQ(choose_programs("", "pgkeep_probe", 0).major, 14);
    EXPECT_EQ(choose_programs("", "pgkeep_probe", 15).major, 15);
    EXPECT_EQ(choose_programs("", "pgkeep_probe", 16).major, 16);
    EXPECT_THROW((void)choose_programs("", "pgkeep_probe", 17), Error);
    ::setenv("PATH", before.c_str(), 1);
}

TEST(ChoosePrograms, SaysThatAProgramIsOlderThanTheServer) {
    FakePrograms fake;
    std::string const bin = fake.add("bin", "pg_dump", "pg_dump (PostgreSQL) 13.4");
    try {
        (void)choose_programs(bin, "pg_dump", 17);
        FAIL() << "an old pg_dump was taken";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::version);
        EXPECT_EQ(error.what(), "pg_dump 13.4 in " + std::filesystem::canonical(bin).string() +
                                    " is older than the server, which is version 17");
        EXPECT_THAT(error.hint(), HasSubstr("postgresql-client-17"));
    }
}

TEST(ChoosePrograms, SaysThatAFolderHoldsNoneAndWhatToInstall) {
    TemporaryFolder const empty;
    try {
        (void)choose_programs(empty.path(), "initdb", 16);
        FAIL() << "a program was found in an empty folder";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
        EXPECT_EQ(error.what(), "there is no initdb of PostgreSQL in " + empty.path());
        EXPECT_EQ(error.hint(),
                  "Install the package postgresql-16 or name the folder with --bindir.");
    }
}

} // namespace
} // namespace pgkeep
