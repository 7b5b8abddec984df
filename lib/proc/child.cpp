#include "proc/child.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "proc/output.hpp"
#include "proc/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <optional>

namespace pgkeep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kGrace{5};      // between SIGTERM and SIGKILL
constexpr std::chrono::milliseconds kTick{50}; // only where the kernel has no pidfd

// Kills and reaps unless the child was reaped: no path out of run_child() leaves a process behind.
class ChildGuard {
public:
    ChildGuard(pid_t pid, bool own_group) : pid_(pid), own_group_(own_group) {}
    ~ChildGuard() {
        if (!status_) {
            signal(SIGKILL);
            reap_child(pid_);
        }
    }
    ChildGuard(ChildGuard const &) = delete;
    ChildGuard &operator=(ChildGuard const &) = delete;

    void signal(int number) const noexcept { signal_child(pid_, own_group_, number); }

    // Whether it has ended; it is not reaped yet, so its number is still its own.
    [[nodiscard]] bool ended() const noexcept {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == pid_;
    }
    int reap() noexcept {
        status_ = reap_child(pid_);
        return *status_;
    }

private:
    pid_t pid_;
    bool own_group_;
    std::optional<int> status_;
};

// Readable once the token has fired.
class StopEvent {
public:
    explicit StopEvent(std::stop_token const &token)
        : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), wake_(token, Wake{fd_.get()}) {
        if (!fd_.valid()) {
            throw system_error(errno, "cannot wait for a child process");
        }
    }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

private:
    struct Wake {
        int fd;
        void operator()() const noexcept {
            std::uint64_t const one = 1;
            (void)!::write(fd, &one, sizeof one);
        }
    };
    FileDescriptor fd_;
    std::stop_callback<Wake> wake_;
};

// Waits for output, the end of the child, or the token; in this order of events.
class Watch {
public:
    Watch(ChildGuard &child, FileDescriptor const &pid_fd, std::stop_token const &token)
        : child_(child), pid_fd_(pid_fd), token_(token), stop_(token) {}

    // Returns when the child has ended. Throws what a callback throws.
    void run(OutputPipe &out, OutputPipe &err) {
        while (!child_.ended()) {
            wait(out.fd(), err.fd());
            out.drain();
            err.drain();
            react_to_token();
        }
        out.drain();
        err.drain();
    }

private:
    void wait(int out, int err) const {
        std::array<pollfd, 4> watched{pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0},
                                      pollfd{pid_fd_.get(), POLLIN, 0},
                                      pollfd{term_sent_ ? -1 : stop_.fd(), POLLIN, 0}};
        ::poll(watched.data(), watched.size(), timeout());
    }

    [[nodiscard]] int timeout() const {
        if (!pid_fd_.valid()) {
            return static_cast<int>(kTick.count());
        }
        if (!term_sent_ || killed_) {
            return -1;
        }
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(*term_sent_ + kGrace - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    void react_to_token() {
        if (!term_sent_ && token_.stop_requested()) {
            child_.signal(SIGTERM);
            term_sent_ = Clock::now();
        } else if (term_sent_ && !killed_ && Clock::now() >= *term_sent_ + kGrace) {
            child_.signal(SIGKILL);
            killed_ = true;
        }
    }

    ChildGuard &child_;
    FileDescriptor const &pid_fd_;
    std::stop_token const &token_;
    StopEvent stop_;
    std::optional<Clock::time_point> term_sent_;
    bool killed_ = false;
};

// The pipe of one stream, or nothing when the caller gave a descriptor.
FileDescriptor stream_for(int given, PipeEnds &pipe) {
    if (given >= 0) {
        return {};
    }
    pipe = make_pipe();
    ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    return FileDescriptor{pipe.read.release()};
}

ChildResult make_result(int status, std::string stderr_tail) {
    ChildResult result;
    result.stderr_tail = std::move(stderr_tail);
    if (WIFSIGNALED(status)) {
        result.term_signal = WTERMSIG(status);
    } else {
        result.exit_code = WEXITSTATUS(status);
    }
    return result;
}

} // namespace

ChildResult run_child(ChildCommand const &command, std::stop_token const &token) {
    throw_if_cancelled(token);
    PipeEnds out_pipe;
    PipeEnds err_pipe;
    OutputPipe out{stream_for(command.stdout_fd, out_pipe), command.on_stdout};
    LineTail lines{command.on_stderr_line};
    OutputPipe err{stream_for(command.stderr_fd, err_pipe),
                   [&lines](std::string_view text) { lines.add(text); }};
    ChildStreams const streams{command.stdin_fd,
                               command.stdout_fd >= 0 ? command.stdout_fd : out_pipe.write.get(),
                               command.stderr_fd >= 0 ? command.stderr_fd : err_pipe.write.get()};
    pid_t const pid = spawn_child(command, streams);
    ChildGuard child{pid, command.own_group};
    out_pipe.write.reset();
    err_pipe.write.reset();
    FileDescriptor const pid_fd = open_pid(pid);
    Watch{child, pid_fd, token}.run(out, err);
    lines.finish();
    if (token.stop_requested()) {
        child.signal(SIGKILL); // whoever is left of its group
        child.reap();
        throw_if_cancelled(token);
    }
    return make_result(child.reap(), lines.tail());
}

std::string describe_end(ChildResult const &result) {
    if (result.term_signal == 0) {
        return fmt::format("exit code {}", result.exit_code);
    }
    char const *const meaning = ::sigdescr_np(result.term_signal);
    return fmt::format("signal {}, {}", result.term_signal,
                       meaning != nullptr ? meaning : "which has no name");
}

void require_success(ChildCommand const &command, ChildResult const &result) {
    if (result.succeeded()) {
        return;
    }
    std::string const &path = command.argv.at(0);
    std::string const name = path.substr(path.rfind('/') + 1);
    std::string const said = last_lines(result.stderr_tail);
    throw Error{ErrorKind::failed, fmt::format("{} failed ({}){}{}", name, describe_end(result),
                                               said.empty() ? "" : ": ", redacted(said))};
}

} // namespace pgkeep
