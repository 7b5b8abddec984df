#include "proc/child.hpp"
#include "support/faults.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace pgkeep {
namespace {

constexpr int kLong = 60'000;

ChildCommand sleeper() {
    ChildCommand command;
    command.argv = {"sleep", "600"};
    return command;
}

TEST(BackgroundChild, RunsUntilItIsTold) {
    MemoryFile const log{"log"};
    BackgroundChild child{sleeper(), log.fd()};
    EXPECT_TRUE(child.running());
    EXPECT_FALSE(child.wait_for_end(1));
    child.signal(SIGTERM);
    EXPECT_TRUE(child.wait_for_end(kLong));
    EXPECT_FALSE(child.running());
}

TEST(BackgroundChild, WritesBothStreamsToTheLog) {
    MemoryFile const log{"log"};
    ChildCommand command;
    command.argv = {"sh", "-c", "echo one; echo two >&2"};
    BackgroundChild child{command, log.fd()};
    EXPECT_TRUE(child.wait_for_end(kLong));
    EXPECT_EQ(log.content(), "one\ntwo\n");
}

TEST(BackgroundChild, IsKilledAndReapedByTheDestructor) {
    MemoryFile const log{"log"};
    ChildCommand command;
    command.argv = {"sh", "-c", "trap '' TERM INT QUIT; sleep 600"};
    pid_t pid = 0;
    {
        BackgroundChild const child{command, log.fd()};
        pid = child.pid();
    }
    EXPECT_TRUE(is_gone(pid));
}

TEST(BackgroundChild, GetsItsDeathSignalWhenWeAreKilled) {
    // A process of our own starts the child and is then killed; the child writes down which signal
    // it got.
    TemporaryFolder const folder;
    std::array<int, 2> alive{};
    ASSERT_EQ(::pipe(alive.data()), 0);
    pid_t const parent = ::fork();
    if (parent == 0) {
        ::close(alive[0]);
        ChildCommand command;
        command.argv = {"sh", "-c",
                        "trap 'echo quit > " + folder.file("signal") + "; exit' QUIT; echo > " +
                            folder.file("ready") + "; while :; do sleep 0.01; done"};
        command.inherit = {alive[1]};
        command.death_signal = SIGQUIT;
        BackgroundChild const child{command, STDERR_FILENO};
        while (::access(folder.file("ready").c_str(), F_OK) != 0) {
            ::poll(nullptr, 0, 1);
        }
        ::kill(::getpid(), SIGKILL);
    }
    ::close(alive[1]);
    ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
    char byte = 0;
    EXPECT_EQ(::read(alive[0], &byte, 1), 0); // the end comes when the child has ended
    ::close(alive[0]);
    EXPECT_EQ(read_whole_file(folder.file("signal")), "quit\n");
}

} // namespace
} // namespace pgkeep
