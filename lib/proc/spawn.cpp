#include "proc/spawn.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <system_error>

namespace pgkeep {
namespace {

enum class Stage : std::int32_t { parent_gone, credentials, folder, streams, program };

struct Failure {
    Stage stage;
    std::int32_t error;
};

// All that the child needs, ready before the fork.
struct Plan {
    std::string program;
    std::vector<char *> argv;
    std::vector<std::string> environment;
    std::vector<char *> envp;
    std::vector<gid_t> groups;
    std::array<FileDescriptor, 3> streams;
    pid_t parent = 0;
};

bool is_unset(ChildCommand const &command, std::string const &name) {
    for (auto const &unset : command.unset) {
        if (unset == name) {
            return true;
        }
    }
    return command.environment.contains(name);
}

std::vector<std::string> build_environment(ChildCommand const &command) {
    std::vector<std::string> result;
    for (char **entry = environ; *entry != nullptr; ++entry) {
        std::string const text{*entry};
        if (!is_unset(command, text.substr(0, text.find('=')))) {
            result.push_back(text);
        }
    }
    for (auto const &[name, value] : command.environment) {
        result.push_back(name + "=" + value);
    }
    return result;
}

std::string search_path(ChildCommand const &command) {
    if (auto const found = command.environment.find("PATH"); found != command.environment.end()) {
        return found->second;
    }
    char const *path = std::getenv("PATH");
    return path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
}

Error cannot_start(std::string const &program, int error) {
    return {ErrorKind::not_found,
            "cannot start " + program + ": " + std::generic_category().message(error),
            "Check that it is installed and that --bindir or PATH leads to it."};
}

std::string locate(ChildCommand const &command) {
    std::string const &name = command.argv.at(0);
    if (name.find('/') != std::string::npos) {
        return name;
    }
    std::string const path = search_path(command);
    for (std::size_t begin = 0; begin <= path.size();) {
        std::size_t const end = std::min(path.find(':', begin), path.size());
        std::string const candidate = path.substr(begin, end - begin) + "/" + name;
        if (end != begin && ::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
        begin = end + 1;
    }
    throw cannot_start(name, ENOENT);
}

std::vector<gid_t> groups_of(uid_t uid, gid_t gid) {
    passwd entry{};
    passwd *found = nullptr;
    std::array<char, 16384> buffer{};
    ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) {
        return {gid};
    }
    int count = 256;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    if (::getgrouplist(found->pw_name, gid, groups.data(), &count) < 0) {
        return {gid};
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

// A copy above 2, so that putting one stream in its place never overwrites another.
FileDescriptor copy_above_two(int fd) {
    FileDescriptor copy{::fcntl(fd, F_DUPFD_CLOEXEC, 3)};
    if (!copy.valid()) {
        throw system_error(errno, "cannot prepare a stream for a child process");
    }
    return copy;
}

FileDescriptor copy_stream(int fd) {
    if (fd >= 0) {
        return copy_above_two(fd);
    }
    FileDescriptor const null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    if (!null.valid()) {
        throw system_error(errno, "cannot open /dev/null for a child process");
    }
    return copy_above_two(null.get());
}

Plan make_plan(ChildCommand const &command, ChildStreams const &streams) {
    Plan plan;
    plan.program = locate(command);
    for (auto const &argument : command.argv) {
        plan.argv.push_back(const_cast<char *>(argument.c_str()));
    }
    plan.argv.push_back(nullptr);
    plan.environment = build_environment(command);
    for (auto &entry : plan.environment) {
        plan.envp.push_back(entry.data());
    }
    plan.envp.push_back(nullptr);
    if (command.run_as_uid != 0) {
        plan.groups = groups_of(command.run_as_uid, command.run_as_gid);
    }
    plan.streams = {copy_stream(streams.in), copy_stream(streams.out), copy_stream(streams.err)};
    plan.parent = ::getpid();
    return plan;
}

// From here to exec_child(): async-signal-safe calls only.

[[noreturn]] void give_up(int report_fd, Stage stage) noexcept {
    Failure const failure{stage, errno};
    (void)!::write(report_fd, &failure, sizeof failure);
    ::_exit(127);
}

bool step_down(ChildCommand const &command, Plan const &plan) noexcept {
    // The system calls themselves: the wrappers of the C library want to reach all threads of a
    // process.
    uid_t const uid = command.run_as_uid;
    gid_t const gid = command.run_as_gid;
    return uid == 0 || (::syscall(SYS_setgroups, plan.groups.size(), plan.groups.data()) == 0 &&
                        ::syscall(SYS_setresgid, gid, gid, gid) == 0 &&
                        ::syscall(SYS_setresuid, uid, uid, uid) == 0);
}

bool place_streams(ChildCommand const &command, Plan const &plan) noexcept {
    // Where the kernel knows it (5.11), nothing that someone forgot to mark leaks into the child.
    ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    for (int target = 0; target < 3; ++target) {
        if (::dup2(plan.streams[static_cast<std::size_t>(target)].get(), target) < 0) {
            return false;
        }
    }
    for (int const fd : command.inherit) {
        if (::fcntl(fd, F_SETFD, 0) < 0) {
            return false;
        }
    }
    return true;
}

void reset_signals() noexcept {
    for (int const number : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2}) {
        ::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void exec_child(ChildCommand const &command, Plan const &plan,
                             int report_fd) noexcept {
    if (command.own_group) {
        ::setpgid(0, 0);
    }
    if (!step_down(command, plan)) {
        give_up(report_fd, Stage::credentials);
    }
    // After the change of user, which clears it; and the parent may have died before it was set.
    ::prctl(PR_SET_PDEATHSIG, command.death_signal);
    if (::getppid() != plan.parent) {
        give_up(report_fd, Stage::parent_gone);
    }
    if (!command.working_directory.empty() && ::chdir(command.working_directory.c_str()) != 0) {
        give_up(report_fd, Stage::folder);
    }
    if (!place_streams(command, plan)) {
        give_up(report_fd, Stage::streams);
    }
    reset_signals();
    ::execve(plan.program.c_str(), plan.argv.data(), plan.envp.data());
    give_up(report_fd, Stage::program);
}

// With all signals blocked, so that no handler of ours runs in the child before exec.
pid_t fork_quietly(ChildCommand const &command, Plan const &plan, int report_fd) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t const pid = ::fork();
    int const fork_error = errno;
    if (pid == 0) {
        exec_child(command, plan, report_fd);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) {
        throw system_error(fork_error, "cannot start " + command.argv[0]);
    }
    if (command.own_group) {
        ::setpgid(pid, pid); // by both, so that the group exists whoever comes first
    }
    return pid;
}

// Whoever started us may have left SIGCHLD ignored; the kernel would then throw away how a child
// ended.
void allow_reaping() {
    struct sigaction action {};
    if (::sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
        ::signal(SIGCHLD, SIG_DFL);
    }
}

[[noreturn]] void throw_failure(ChildCommand const &command, Failure const &failure) {
    std::string const &program = command.argv[0];
    switch (failure.stage) {
    case Stage::credentials:
        throw system_error(failure.error, "cannot start " + program + " as user " +
                                              std::to_string(command.run_as_uid));
    case Stage::folder:
        throw system_error(failure.error,
                           "cannot start " + program + " in " + command.working_directory);
    case Stage::program:
        throw cannot_start(program, failure.error);
    case Stage::parent_gone:
    case Stage::streams:
        break;
    }
    throw system_error(failure.error, "cannot set up the streams of " + program);
}

} // namespace

PipeEnds make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw system_error(errno, "cannot create a pipe");
    }
    PipeEnds pipe{FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
    for (FileDescriptor *end : {&pipe.read, &pipe.write}) {
        if (end->get() < 3) {
            *end = copy_above_two(end->get());
        }
    }
    return pipe;
}

pid_t spawn_child(ChildCommand const &command, ChildStreams const &streams) {
    Plan const plan = make_plan(command, streams);
    PipeEnds report = make_pipe();
    allow_reaping();
    pid_t const pid = fork_quietly(command, plan, report.write.get());
    report.write.reset();
    Failure failure{};
    ssize_t got = 0;
    while ((got = ::read(report.read.get(), &failure, sizeof failure)) < 0 && errno == EINTR) {
    }
    if (got == static_cast<ssize_t>(sizeof failure)) {
        reap_child(pid);
        throw_failure(command, failure);
    }
    return pid;
}

FileDescriptor open_pid(pid_t pid) {
    return FileDescriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
}

void signal_child(pid_t pid, bool own_group, int number) noexcept {
    if (pid > 0) {
        ::kill(own_group ? -pid : pid, number);
    }
}

int reap_child(pid_t pid) noexcept {
    int status = 0;
    pid_t reaped = 0;
    while ((reaped = ::waitpid(pid, &status, 0)) < 0 && errno == EINTR) {
    }
    return reaped == pid ? status : 127 << 8;
}

} // namespace pgkeep
