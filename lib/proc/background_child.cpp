#include "proc/child.hpp"
#include "proc/spawn.hpp"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace pgkeep {

namespace {

ChildStreams streams_of(ChildCommand const &command, int log_fd) {
    return {command.stdin_fd, command.stdout_fd >= 0 ? command.stdout_fd : log_fd,
            command.stderr_fd >= 0 ? command.stderr_fd : log_fd};
}

} // namespace

BackgroundChild::BackgroundChild(ChildCommand const &command, int log_fd)
    : pid_(spawn_child(command, streams_of(command, log_fd))), own_group_(command.own_group) {
}

BackgroundChild::~BackgroundChild() {
    if (pid_ > 0) {
        signal_child(pid_, own_group_, SIGKILL);
        reap_child(pid_);
    }
}

bool BackgroundChild::running() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0) {
        pid_ = -1;
    }
    return pid_ > 0;
}

void BackgroundChild::signal(int number) {
    if (running()) {
        signal_child(pid_, own_group_, number);
    }
}

bool BackgroundChild::wait_for_end(int milliseconds) {
    using Clock = std::chrono::steady_clock;
    auto const deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
    while (running()) {
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) {
            return false;
        }
        FileDescriptor const ended = open_pid(pid_);
        pollfd watched{ended.get(), POLLIN, 0};
        // Without a pidfd the descriptor is ignored and this is a short pause.
        ::poll(&watched, 1,
               static_cast<int>(ended.valid() ? left : std::min<std::int64_t>(left, 20)));
    }
    return true;
}

} // namespace pgkeep
