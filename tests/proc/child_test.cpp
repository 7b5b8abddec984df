#include "base/error.hpp"
#include "proc/child.hpp"
#include "proc/spawn.hpp"
#include "support/errors.hpp"
#include "support/faults.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <future>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

ChildCommand shell(std::string const &script) {
    ChildCommand command;
    command.argv = {"sh", "-c", script};
    return command;
}

// Runs it and returns its stdout.
std::string output_of(ChildCommand command) {
    std::string text;
    command.on_stdout = [&text](std::string_view piece) { text += piece; };
    ChildResult const result = run_child(command, {});
    EXPECT_TRUE(result.succeeded()) << result.stderr_tail;
    return text;
}

// What the child's `sh` has in the line `name` of /proc/self/status, as `cat` in its place sees it.
std::string status_of_child(std::string const &name) {
    return output_of(shell("exec grep '^" + name + ":' /proc/self/status"));
}

TEST(RunChild, ReturnsTheExitCode) {
    EXPECT_EQ(run_child(shell("exit 7"), {}).exit_code, 7);
}

TEST(RunChild, ReturnsTheSignalThatEndedTheChild) {
    ChildResult const result = run_child(shell("kill -KILL $$"), {});
    EXPECT_EQ(result.term_signal, SIGKILL);
    EXPECT_FALSE(result.succeeded());
}

TEST(RunChild, PassesArgumentsWithoutAShell) {
    ChildCommand command;
    command.argv = {"printf", "%s", "$HOME; `id` \"x\"\n"};
    EXPECT_EQ(output_of(command), "$HOME; `id` \"x\"\n");
}

TEST(RunChild, ReadsStdoutAndStderrTogetherHoweverMuchComes) {
    ChildCommand command =
        shell("for i in $(seq 3000); do printf '%0999d\\n' $i; printf '%0999d\\n' $i >&2; done");
    std::size_t bytes = 0;
    std::size_t lines = 0;
    command.on_stdout = [&bytes](std::string_view piece) { bytes += piece.size(); };
    command.on_stderr_line = [&lines](std::string_view) { ++lines; };
    EXPECT_TRUE(run_child(command, {}).succeeded());
    EXPECT_EQ(bytes, 3'000'000U);
    EXPECT_EQ(lines, 3000U);
}

TEST(RunChild, CutsStderrIntoLinesAndKeepsALastOneWithoutNewline) {
    ChildCommand command = shell("printf 'one\\ntw' >&2; printf 'o\\n\\nthree' >&2");
    std::vector<std::string> lines;
    command.on_stderr_line = [&lines](std::string_view line) { lines.emplace_back(line); };
    ChildResult const result = run_child(command, {});
    EXPECT_THAT(lines, ElementsAre("one", "two", "", "three"));
    EXPECT_EQ(result.stderr_tail, "one\ntwo\n\nthree");
}

TEST(RunChild, KeepsOnlyTheEndOfALongStderr) {
    ChildResult const result = run_child(shell("seq 100000 >&2"), {});
    EXPECT_LE(result.stderr_tail.size(), 4096U);
    EXPECT_THAT(result.stderr_tail, EndsWith("99999\n100000\n"));
}

TEST(RunChild, NamesAProgramThatIsNotInPath) {
    ChildCommand command;
    command.argv = {"pgkeep-no-such-program"};
    Error const error = error_of([&] { (void)run_child(command, {}); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "cannot start pgkeep-no-such-program: No such file or directory");
}

TEST(RunChild, NamesAFileThatCannotBeExecuted) {
    TemporaryFolder const folder;
    write_whole_file(folder.file("text"), "not a program");
    ChildCommand command;
    command.argv = {folder.file("text")};
    Error const error = error_of([&] { (void)run_child(command, {}); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.what(), "cannot start " + folder.file("text") + ": Permission denied");
}

TEST(RunChild, NamesAWorkingDirectoryThatDoesNotExist) {
    ChildCommand command = shell("true");
    command.working_directory = "/no/such/folder";
    EXPECT_STREQ(error_of([&] { (void)run_child(command, {}); }).what(),
                 "cannot start sh in /no/such/folder: No such file or directory");
}

TEST(RunChild, ChangesToTheWorkingDirectory) {
    ChildCommand command = shell("pwd");
    command.working_directory = "/usr";
    EXPECT_EQ(output_of(command), "/usr\n");
}

TEST(RunChild, AddsAndRemovesVariables) {
    ::setenv("PGKEEP_TEST_GONE", "here", 1);
    ::setenv("PGKEEP_TEST_CHANGED", "old", 1);
    ChildCommand command =
        shell("echo \"${PGKEEP_TEST_GONE-none} $PGKEEP_TEST_CHANGED $PGKEEP_TEST_NEW\"");
    command.unset = {"PGKEEP_TEST_GONE"};
    command.environment = {{"PGKEEP_TEST_CHANGED", "new"}, {"PGKEEP_TEST_NEW", "a=b"}};
    EXPECT_EQ(output_of(command), "none new a=b\n");
}

TEST(RunChild, GivesTheChildDevNullAsStdinUnlessToldOtherwise) {
    EXPECT_EQ(output_of(shell("cat; echo end")), "end\n");
    MemoryFile input{"input"};
    input.assign("some text");
    ChildCommand command = shell("cat");
    command.stdin_fd = input.fd();
    EXPECT_EQ(output_of(command), "some text");
}

TEST(RunChild, WritesStdoutAndStderrToGivenDescriptors) {
    MemoryFile out{"out"};
    MemoryFile err{"err"};
    ChildCommand command = shell("echo result; echo complaint >&2");
    command.stdout_fd = out.fd();
    command.stderr_fd = err.fd();
    EXPECT_TRUE(run_child(command, {}).succeeded());
    EXPECT_EQ(out.content(), "result\n");
    EXPECT_EQ(err.content(), "complaint\n");
}

TEST(RunChild, LeavesOnlyInheritedDescriptorsOpen) {
    MemoryFile wanted{"wanted"};
    wanted.assign("seen");
    int const leaked = ::open("/dev/null", O_RDONLY); // without O_CLOEXEC
    ChildCommand command = shell("cat " + wanted.path() + "; test -e /proc/self/fd/" +
                                 std::to_string(leaked) + " && echo leaked; true");
    command.inherit = {wanted.fd()};
    EXPECT_EQ(output_of(command), "seen");
    ::close(leaked);
}

TEST(RunChild, GivesTheChildAnEmptySignalMaskAndDefaultActions) {
    sigset_t set;
    sigset_t before;
    sigfillset(&set);
    pthread_sigmask(SIG_SETMASK, &set, &before);
    auto const old = ::signal(SIGPIPE, SIG_IGN);
    std::string const blocked = status_of_child("SigBlk");
    std::string const ignored = status_of_child("SigIgn");
    ::signal(SIGPIPE, old);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_THAT(blocked, HasSubstr("0000000000000000"));
    EXPECT_EQ(std::stoull(ignored.substr(7), nullptr, 16) & (1ULL << (SIGPIPE - 1)), 0U);
}

TEST(RunChild, PutsTheChildIntoAGroupOfItsOwnUnlessToldOtherwise) {
    std::string const script = "echo $(cut -d' ' -f5 /proc/$$/stat)";
    std::string const ours = std::to_string(::getpgrp()) + "\n";
    EXPECT_NE(output_of(shell(script)), ours);
    ChildCommand shared = shell(script);
    shared.own_group = false;
    EXPECT_EQ(output_of(shared), ours);
}

TEST(RunChild, StepsDownToAnotherUserWithItsGroups) {
    passwd const *nobody = ::getpwnam("nobody");
    if (::geteuid() != 0 || nobody == nullptr) {
        ChildCommand command =
            shell("true"); // the other half of the promise: who is not root cannot
        command.run_as_uid = ::geteuid() + 1;
        EXPECT_EQ(error_of([&] { (void)run_child(command, {}); }).kind(), ErrorKind::privilege);
        return;
    }
    ChildCommand command = shell("id -u; id -g; id -G");
    command.run_as_uid = nobody->pw_uid;
    command.run_as_gid = nobody->pw_gid;
    std::string const gid = std::to_string(nobody->pw_gid);
    EXPECT_EQ(output_of(command), std::to_string(nobody->pw_uid) + "\n" + gid + "\n" + gid + "\n");
}

// Whether everybody who held `pipe.write` has ended; waits for it.
bool all_holders_ended(PipeEnds &pipe) {
    pipe.write.reset();
    char byte = 0;
    return ::read(pipe.read.get(), &byte, 1) == 0;
}

TEST(RunChild, EndsTheWholeGroupWhenTheTokenFires) {
    std::stop_source stop;
    PipeEnds alive = make_pipe();
    ChildCommand command = shell("sleep 600 & echo started; wait");
    command.inherit = {alive.write.get()};
    command.on_stdout = [&](std::string_view) { stop.request_stop(); };
    EXPECT_EQ(error_of([&] { (void)run_child(command, stop.get_token()); }).kind(),
              ErrorKind::cancelled);
    EXPECT_TRUE(all_holders_ended(alive));
}

TEST(RunChild, KillsAChildThatDoesNotHeedSigterm) {
    std::stop_source stop;
    PipeEnds alive = make_pipe();
    ChildCommand command = shell("trap '' TERM; echo started; while :; do sleep 1; done");
    command.inherit = {alive.write.get()};
    command.on_stdout = [&](std::string_view) { stop.request_stop(); };
    EXPECT_EQ(error_of([&] { (void)run_child(command, stop.get_token()); }).kind(),
              ErrorKind::cancelled);
    EXPECT_TRUE(all_holders_ended(alive));
}

TEST(RunChild, StopsAChildThatWritesWithoutPause) {
    std::stop_source stop;
    ChildCommand command;
    command.argv = {"yes"};
    command.on_stdout = [&](std::string_view) { stop.request_stop(); };
    EXPECT_EQ(error_of([&] { (void)run_child(command, stop.get_token()); }).kind(),
              ErrorKind::cancelled);
}

TEST(RunChild, StartsNothingWhenTheTokenHasFiredBefore) {
    TemporaryFolder const folder;
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW((void)run_child(shell("touch " + folder.file("started")), stop.get_token()),
                 Error);
    EXPECT_NE(::access(folder.file("started").c_str(), F_OK), 0);
}

TEST(RunChild, KillsAndReapsTheChildWhenACallbackThrows) {
    ChildCommand command = shell("echo $$; exec sleep 600");
    pid_t child = 0;
    command.on_stdout = [&child](std::string_view text) {
        child = std::stoi(std::string{text});
        throw Error{ErrorKind::damaged, "planted"};
    };
    EXPECT_STREQ(error_of([&] { (void)run_child(command, {}); }).what(), "planted");
    EXPECT_TRUE(is_gone(child)) << child;
}

TEST(RunChild, RunsInSeveralThreadsAtOnce) {
    std::vector<std::future<std::string>> answers;
    for (int i = 0; i < 8; ++i) {
        answers.push_back(std::async(
            std::launch::async, [i] { return output_of(shell("echo " + std::to_string(i))); }));
    }
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), std::to_string(i) + "\n");
    }
}

TEST(RequireSuccess, SaysNothingAboutAChildThatSucceeded) {
    ChildCommand const command = shell("echo warning >&2");
    EXPECT_NO_THROW(require_success(command, run_child(command, {})));
}

TEST(RequireSuccess, NamesTheProgramItsExitCodeAndWhatItSaidLast) {
    ChildCommand command = shell("echo first >&2; echo 'no such table' >&2; exit 3");
    command.argv[0] = "/bin/sh";
    ChildResult const result = run_child(command, {});
    Error const error = error_of([&] { require_success(command, result); });
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_STREQ(error.what(), "sh failed (exit code 3): first; no such table");
}

TEST(RequireSuccess, NamesTheSignal) {
    ChildCommand const command = shell("kill -TERM $$");
    ChildResult const result = run_child(command, {});
    EXPECT_STREQ(error_of([&] { require_success(command, result); }).what(),
                 "sh failed (signal 15, Terminated)");
}

TEST(MemoryFile, GivesBackWhatWasAssignedLast) {
    MemoryFile file{"label"};
    file.assign("a long first text");
    file.assign("short");
    EXPECT_EQ(file.content(), "short");
}

} // namespace
} // namespace pgkeep
