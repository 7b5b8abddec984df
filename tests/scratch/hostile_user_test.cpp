// What the user of a scratch server could plant in its folder, to have root end or remove what is
// not his.

#include "proc/child.hpp"
#include "scratch/configuration.hpp"
#include "scratch/folder.hpp"
#include "support/faults.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr uid_t kHostile = 65534;

// A folder that a dead run of `account` could have left, in which that user did what he liked.
// Started by root it is another user's; else there is but one user.
class HostileScratchUser : public testing::Test {
protected:
    HostileScratchUser() {
        fs::permissions(parent_.path(), fs::perms{0755});
        fs::permissions(elsewhere_.path(), fs::perms{0755});
        fs::create_directories(data());
        fs::permissions(dead_, fs::perms{0700});
        write_whole_file(dead_ + "/lock", "");
        give_away(dead_);
        give_away(data());
    }

    [[nodiscard]] std::string data() const { return dead_ + "/data"; }

    void start_victim(std::string const &cwd, uid_t uid = 0) {
        ChildCommand sleep;
        sleep.argv = {"/bin/sleep", "1000"};
        sleep.working_directory = cwd;
        sleep.run_as_uid = ::geteuid() == 0 ? uid : 0;
        sleep.run_as_gid = sleep.run_as_uid;
        victim_.emplace(sleep, log_.fd());
    }
    [[nodiscard]] std::string victim() const { return std::to_string(victim_->pid()) + "\n"; }
    [[nodiscard]] bool victim_lives() { return victim_->running(); }

    void give_away(std::string const &path) const {
        if (::geteuid() == 0) {
            ASSERT_EQ(::lchown(path.c_str(), kHostile, kHostile), 0);
        }
    }
    [[nodiscard]] std::vector<std::string> sweep() const {
        return sweep_scratch_folders(parent_.path(), account_);
    }

    ScratchAccount account_ = ::geteuid() == 0 ? ScratchAccount{kHostile, kHostile, "nobody"}
                                               : ScratchAccount{0, 0, "the current user"};
    TemporaryFolder parent_;
    TemporaryFolder elsewhere_;
    std::string dead_ = parent_.file("pgkeep-scratch-abcdef");
    MemoryFile log_{"log"};
    std::optional<BackgroundChild> victim_;
};

TEST_F(HostileScratchUser, HasNoProcessEndedThatWorksWhereALinkInPlaceOfTheDataLeads) {
    start_victim(elsewhere_.path());
    fs::remove(data());
    fs::create_directory_symlink(elsewhere_.path(), data());
    write_whole_file(elsewhere_.file("postmaster.pid"), victim());
    EXPECT_THAT(sweep(), ElementsAre(dead_));
    EXPECT_TRUE(victim_lives());
    EXPECT_TRUE(fs::exists(elsewhere_.file("postmaster.pid")));
}

TEST_F(HostileScratchUser, HasNoProcessEndedWhoseNumberIsReadThroughALink) {
    start_victim(data(), kHostile);
    write_whole_file(elsewhere_.file("number"), victim());
    fs::create_symlink(elsewhere_.file("number"), data() + "/postmaster.pid");
    (void)sweep();
    EXPECT_TRUE(victim_lives());
}

TEST_F(HostileScratchUser, HasNoProcessOfAnotherUserEndedThatWorksInTheData) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "takes root, who is another user than the server's";
    }
    start_victim(data());
    write_whole_file(data() + "/postmaster.pid", victim());
    EXPECT_THAT(sweep(), ElementsAre(dead_));
    EXPECT_TRUE(victim_lives());
}

TEST_F(HostileScratchUser, HasItsOwnProcessEndedThatWorksInTheData) {
    start_victim(data(), kHostile);
    write_whole_file(data() + "/postmaster.pid", victim());
    EXPECT_THAT(sweep(), ElementsAre(dead_));
    EXPECT_FALSE(victim_lives());
}

TEST_F(HostileScratchUser, DoesNotHoldTheSweepWithAPipeInPlaceOfTheNumber) {
    ASSERT_EQ(::mkfifo((data() + "/postmaster.pid").c_str(), 0600), 0);
    EXPECT_THAT(sweep(), ElementsAre(dead_));
}

TEST_F(HostileScratchUser, DoesNotHoldTheSweepWithAPipeInPlaceOfTheLock) {
    fs::remove(dead_ + "/lock");
    ASSERT_EQ(::mkfifo((dead_ + "/lock").c_str(), 0600), 0);
    EXPECT_THAT(sweep(), IsEmpty());
}

// A folder in which everybody may write can be moved, with what others keep further below.
TEST_F(HostileScratchUser, HasNothingRemovedFromAFolderThatHeOnlyMoved) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "takes root, who is another user than the server's";
    }
    fs::create_directory(data() + "/moved");
    write_whole_file(data() + "/moved/of_root", "something");
    EXPECT_THAT(sweep(), IsEmpty());
    EXPECT_EQ(read_whole_file(data() + "/moved/of_root"), "something");
}

TEST_F(HostileScratchUser, CannotExhaustTheStackWithFoldersInFolders) {
    std::string path = data();
    for (int level = 0; level < 100; ++level) {
        path += "/d";
        fs::create_directory(path);
        give_away(path);
    }
    EXPECT_THAT(sweep(), IsEmpty());
    EXPECT_TRUE(fs::exists(dead_));
}

// Who may rename in the parent, as the owner of a folder in /tmp may.
TEST_F(HostileScratchUser, HasNothingMadeOrRemovedWhereALinkInPlaceOfTheFolderLeads) {
    write_whole_file(elsewhere_.file("precious"), "something");
    std::string moved;
    {
        ScratchFolder const folder{parent_.path(), account_};
        moved = folder.path() + "-moved";
        fs::rename(folder.path(), moved);
        fs::create_directory_symlink(elsewhere_.path(), folder.path());
        write_configuration(folder, "5432", {});
        EXPECT_TRUE(fs::exists(moved + "/postgresql.conf"));
    }
    EXPECT_TRUE(fs::is_empty(moved));
    EXPECT_EQ(read_whole_file(elsewhere_.file("precious")), "something");
    EXPECT_FALSE(fs::exists(elsewhere_.file("postgresql.conf")));
}

} // namespace
} // namespace pgkeep
