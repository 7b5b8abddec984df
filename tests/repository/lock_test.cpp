#include "base/error.hpp"
#include "repository/lock.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

namespace pgkeep {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;

std::optional<Error> error_of_locking(std::string const &folder) {
    try {
        RunLock const lock{folder, "a second run"};
        return std::nullopt;
    } catch (Error const &error) {
        return error;
    }
}

// Another process that holds the lock until end() is called.
class Holder {
public:
    explicit Holder(std::string const &folder) {
        int ready[2];
        EXPECT_EQ(::pipe(ready), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            RunLock const lock{folder, "backup of shop"};
            static_cast<void>(!::write(ready[1], "x", 1));
            for (;;) {
                ::pause();
            }
        }
        ::close(ready[1]);
        char byte = 0;
        EXPECT_EQ(::read(ready[0], &byte, 1), 1);
        ::close(ready[0]);
    }
    ~Holder() { end(); }
    Holder(Holder const &) = delete;
    Holder &operator=(Holder const &) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void end() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            pid_ = 0;
        }
    }

private:
    pid_t pid_ = 0;
};

TEST(RunLock, SaysInItsFileWhoHoldsIt) {
    TemporaryFolder const folder;
    RunLock const lock{folder.path(), "backup of shop"};
    EXPECT_THAT(read_whole_file(folder.file(".lock")),
                MatchesRegex("pid=" + std::to_string(::getpid()) +
                             "\nhost=.+\nprogram=test_repository\n"
                             "since=[0-9]+-[0-9]+-[0-9]+T[0-9:]+Z\nphase=start\n"
                             "purpose=backup of shop\n"));
}

TEST(RunLock, MakesItsFileForItsOwnerOnly) {
    TemporaryFolder const folder;
    RunLock const lock{folder.path(), "x"};
    struct stat status {};
    ASSERT_EQ(::stat(folder.file(".lock").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST(RunLock, IsRefusedWhileAnotherProcessHoldsItAndNamesTheHolder) {
    TemporaryFolder const folder;
    Holder const holder{folder.path()};
    auto const error = error_of_locking(folder.path());
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::locked);
    EXPECT_EQ(exit_code(error->kind()), 5);
    EXPECT_THAT(error->what(),
                HasSubstr(folder.path() +
                          " is in use by another run: test_repository (backup of shop), pid " +
                          std::to_string(holder.pid()) + " on "));
    EXPECT_THAT(error->what(), ContainsRegex(", since [-0-9]+ [0-9:]+ UTC \\(.+\\), at start$"));
}

TEST(RunLock, IsFreeOnceItsHolderWasKilled) {
    TemporaryFolder const folder;
    Holder holder{folder.path()};
    holder.end();
    EXPECT_FALSE(error_of_locking(folder.path()));
}

TEST(RunLock, IsRefusedWithinTheSameProcess) {
    TemporaryFolder const folder;
    RunLock const lock{folder.path(), "x"};
    EXPECT_EQ(error_of_locking(folder.path()).value().kind(), ErrorKind::locked);
}

TEST(RunLock, KeepsItsFileWhenItIsReleased) {
    TemporaryFolder const folder;
    struct stat before {};
    {
        RunLock const lock{folder.path(), "a purpose that is much longer than the next one"};
        ASSERT_EQ(::stat(folder.file(".lock").c_str(), &before), 0);
    }
    RunLock const lock{folder.path(), "x"};
    struct stat after {};
    ASSERT_EQ(::stat(folder.file(".lock").c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
    EXPECT_THAT(read_whole_file(folder.file(".lock")), MatchesRegex("pid=.*\npurpose=x\n"));
}

TEST(RunLock, SaysHowFarItIs) {
    TemporaryFolder const folder;
    RunLock const lock{folder.path(), "backup of shop"};
    lock.say_phase("a phase with a long name that is gone afterwards");
    lock.say_phase("data 45 %");
    EXPECT_THAT(error_of_locking(folder.path()).value().what(),
                MatchesRegex(".*backup of shop.*, at data 45 %"));
}

TEST(RunLock, LeavesAnEmptyFileBehindWhenItEndsInOrder) {
    TemporaryFolder const folder;
    { RunLock const lock{folder.path(), "x"}; }
    EXPECT_EQ(read_whole_file(folder.file(".lock")), "");
}

TEST(RunLock, DoesNotBelieveWhatADeadRunLeft) {
    TemporaryFolder const folder;
    Holder dead{folder.path()};
    dead.end();
    std::string const left = read_whole_file(folder.file(".lock"));
    EXPECT_THAT(left, HasSubstr("purpose=backup of shop"));
    RunLock const lock{folder.path(), "x"};
    write_whole_file(folder.file(".lock"), left); // the holder has not written yet
    EXPECT_EQ(std::string{error_of_locking(folder.path()).value().what()},
              folder.path() + " is in use by another run");
}

TEST(RunLock, FollowsNoSymbolicLink) {
    TemporaryFolder const folder;
    write_whole_file(folder.file("precious"), "content");
    ASSERT_EQ(::symlink("precious", folder.file(".lock").c_str()), 0);
    EXPECT_THAT(error_of_locking(folder.path()).value().what(), HasSubstr("is a symbolic link"));
    EXPECT_EQ(read_whole_file(folder.file("precious")), "content");
}

TEST(RunLock, WritesToNoSecondNameOfAnotherFile) {
    TemporaryFolder const folder;
    write_whole_file(folder.file("precious"), "content");
    ASSERT_EQ(::link(folder.file("precious").c_str(), folder.file(".lock").c_str()), 0);
    EXPECT_THAT(error_of_locking(folder.path()).value().what(), HasSubstr("has another name"));
    EXPECT_EQ(read_whole_file(folder.file("precious")), "content");
}

TEST(RunLock, NamesALockFileThatCannotBeOpened) {
    TemporaryFolder const folder;
    ASSERT_EQ(::mkdir(folder.file(".lock").c_str(), 0700), 0);
    EXPECT_THAT(error_of_locking(folder.path()).value().what(),
                HasSubstr("cannot open lock file " + folder.file(".lock")));
}

TEST(RunLock, ShowsAHostileHolderTextWithoutItsControlCharacters) {
    TemporaryFolder const folder;
    RunLock const lock{folder.path(), "evil \x1b[2J"};
    EXPECT_THAT(error_of_locking(folder.path()).value().what(), HasSubstr("evil \\x1B[2J"));
}

TEST(RunLock, SaysWhichFolderIsMissing) {
    auto const error = error_of_locking("/nonexistent/folder");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::not_found);
    EXPECT_THAT(error->what(), HasSubstr("cannot open folder /nonexistent/folder"));
}

} // namespace
} // namespace pgkeep
