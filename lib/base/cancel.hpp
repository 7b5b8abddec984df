// Stopping a run: one token, passed down explicitly, that SIGINT and SIGTERM trigger.
//
// SignalWatch blocks the signals in the calling thread (and so in all threads started later) and
// takes them in a thread of its own with sigwait, so that no code runs inside a signal handler. A
// second signal of the same kind changes nothing: cleaning up must not be interrupted half-way.
//
// Construct it first in main(), before any other thread exists; one a process. The token may be
// used from every thread. Child processes must reset the signal mask before they exec (lib/proc
// does).

#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

namespace pgkeep {

class SignalWatch {
public:
    SignalWatch(); // also ignores SIGPIPE, so that a closed pipe is an error of write()
    ~SignalWatch();
    SignalWatch(SignalWatch const &) = delete;
    SignalWatch &operator=(SignalWatch const &) = delete;

    [[nodiscard]] std::stop_token token() const noexcept;

    // SIGINT or SIGTERM once one has come, else 0.
    [[nodiscard]] int signal() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// What Error{cancelled} says; what was left behind by it may follow.
inline constexpr char const *kStoppedOnRequest = "stopped on request";

// Throws Error{cancelled} once stop was requested.
void throw_if_cancelled(std::stop_token const &token);

// Waits, but no longer than until stop is requested; ask the token which of the two it was.
void pause_for(std::chrono::milliseconds duration, std::stop_token const &token);

} // namespace pgkeep
