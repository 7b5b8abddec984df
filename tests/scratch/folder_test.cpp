#include "base/error.hpp"
#include "scratch/configuration.hpp"
#include "scratch/folder.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

// The caller's own user, root or not: these tests start no server.
ScratchAccount own_account() {
    return {0, 0, "the current user"};
}

// As a run that died leaves it: with a lock file that nobody holds.
std::string plant_dead_folder(TemporaryFolder const &parent, std::string const &name) {
    std::string const folder = parent.file(name);
    fs::create_directories(folder + "/data/base");
    fs::permissions(folder, fs::perms{0700});
    write_whole_file(folder + "/lock", "");
    write_whole_file(folder + "/data/base/1", "something");
    return folder;
}

TEST(ScratchFolder, IsPrivateAndRemovedWithItsContent) {
    TemporaryFolder const parent;
    {
        ScratchFolder const folder{parent.path(), own_account()};
        struct stat status {};
        ASSERT_EQ(::stat(folder.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0700U);
        write_whole_file(folder.path() + "/file", "text");
    }
    EXPECT_TRUE(fs::is_empty(parent.path()));
}

TEST(ScratchFolder, StaysUnderAnotherNameWhenItIsKept) {
    TemporaryFolder const parent;
    std::string kept;
    {
        ScratchFolder folder{parent.path(), own_account()};
        kept = folder.keep();
    }
    EXPECT_THAT(kept, HasSubstr("/pgkeep-kept-"));
    EXPECT_TRUE(fs::is_directory(kept));
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), IsEmpty());
}

TEST(ScratchFolder, RefusesAParentThatIsNoFolder) {
    EXPECT_THROW(ScratchFolder("/no/such/folder", own_account()), Error);
}

TEST(ScratchSweep, RemovesWhatADeadRunLeft) {
    TemporaryFolder const parent;
    std::string const dead = plant_dead_folder(parent, "pgkeep-scratch-abcdef");
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), testing::ElementsAre(dead));
    EXPECT_TRUE(fs::is_empty(parent.path()));
}

TEST(ScratchSweep, LeavesALockedFolderAlone) {
    TemporaryFolder const parent;
    ScratchFolder const living{parent.path(), own_account()};
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), IsEmpty());
    EXPECT_TRUE(fs::is_directory(living.path()));
}

TEST(ScratchSweep, LeavesAFolderWithoutALockAlone) {
    TemporaryFolder const parent;
    fs::remove(plant_dead_folder(parent, "pgkeep-scratch-abcdef") + "/lock");
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), IsEmpty());
}

TEST(ScratchSweep, LeavesFoldersThatOthersCanReadAlone) {
    TemporaryFolder const parent;
    fs::permissions(plant_dead_folder(parent, "pgkeep-scratch-abcdef"), fs::perms{0755});
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), IsEmpty());
}

TEST(ScratchSweep, LeavesOtherNamesAndSymbolicLinksAlone) {
    TemporaryFolder const parent;
    std::string const other = plant_dead_folder(parent, "precious");
    fs::create_directory_symlink(other, parent.file("pgkeep-scratch-link"));
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), IsEmpty());
    EXPECT_EQ(read_whole_file(other + "/data/base/1"), "something");
}

TEST(ScratchSweep, DoesNotFollowALinkInsideADeadFolder) {
    TemporaryFolder const parent;
    std::string const other = plant_dead_folder(parent, "precious");
    std::string const dead = plant_dead_folder(parent, "pgkeep-scratch-abcdef");
    fs::create_directory_symlink(other, dead + "/data/link");
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), testing::ElementsAre(dead));
    EXPECT_EQ(read_whole_file(other + "/data/base/1"), "something");
}

TEST(ScratchSweep, DoesNotSignalAProcessThatGotTheNumberOfADeadServer) {
    TemporaryFolder const parent;
    std::string const dead = plant_dead_folder(parent, "pgkeep-scratch-abcdef");
    write_whole_file(dead + "/data/postmaster.pid",
                     std::to_string(::getpid()) + "\n" + dead + "/data\n");
    EXPECT_THAT(sweep_scratch_folders(parent.path(), own_account()), testing::ElementsAre(dead));
}

TEST(DefaultScratchParent, IsTmpdirWhenItCanBeUsedAndElseTmp) {
    TemporaryFolder const folder;
    ::setenv("TMPDIR", folder.path().c_str(), 1);
    EXPECT_EQ(default_scratch_parent(own_account()), folder.path());
    EXPECT_EQ(default_scratch_parent({65'533, 65'533, "a stranger"}),
              "/tmp"); // the folder has mode 0700
    ::setenv("TMPDIR", ("/tmp/" + std::string(100, 'x')).c_str(), 1);
    EXPECT_EQ(default_scratch_parent(own_account()), "/tmp");
    ::unsetenv("TMPDIR");
    EXPECT_EQ(default_scratch_parent(own_account()), "/tmp");
}

TEST(ScratchConfiguration, LetsSettingsWinButNotThePlaceOfTheSocket) {
    std::string const text = configuration_text(
        "/tmp/it's", "5432",
        {{"fsync", "on"}, {"unix_socket_directories", "/elsewhere"}, {"note", "a\\b"}});
    EXPECT_THAT(text, HasSubstr("\nfsync = 'on'\n"));
    EXPECT_THAT(text, HasSubstr("\nunix_socket_directories = '/tmp/it''s'\n"));
    EXPECT_THAT(text, HasSubstr("\nnote = 'a\\\\b'\n"));
    EXPECT_THAT(text, testing::Not(HasSubstr("fsync = 'off'")));
}

TEST(PostgresVariables, AreThoseOfLibpqAndNoneOfOurs) {
    ::setenv("PGHOSTADDR", "10.0.0.1", 1);
    ::setenv("PGKEEP_REPOSITORY", "/somewhere", 1);
    ::setenv("DATABASE_URL", "postgresql://somewhere", 1);
    auto const names = postgres_variables();
    ::unsetenv("PGHOSTADDR");
    ::unsetenv("PGKEEP_REPOSITORY");
    ::unsetenv("DATABASE_URL");
    EXPECT_THAT(names, testing::IsSupersetOf({"PGHOSTADDR", "DATABASE_URL"}));
    EXPECT_THAT(names, testing::Not(testing::Contains("PGKEEP_REPOSITORY")));
}

} // namespace
} // namespace pgkeep
