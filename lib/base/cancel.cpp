#include "base/cancel.hpp"

#include "base/error.hpp"

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace pgkeep {

struct SignalWatch::State {
    std::stop_source source;
    std::atomic<int> signal{0};
    std::atomic<bool> ending{false};
    std::thread waiter;
};

namespace {

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    // Wakes the waiter when the watch ends; nobody else sends it.
    sigaddset(&set, SIGUSR2);
    return set;
}

} // namespace

SignalWatch::SignalWatch() : state_(std::make_unique<State>()) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    sigset_t const set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    state_->waiter = std::thread{[state = state_.get(), set] {
        while (!state->ending) {
            int number = 0;
            if (sigwait(&set, &number) != 0 || number == SIGUSR2) {
                continue;
            }
            int none = 0;
            // A terminal that hung up is a request to stop like any other.
            state->signal.compare_exchange_strong(none, number == SIGHUP ? SIGTERM : number);
            state->source.request_stop();
        }
    }};
}

SignalWatch::~SignalWatch() {
    state_->ending = true;
    pthread_kill(state_->waiter.native_handle(), SIGUSR2);
    state_->waiter.join();
}

std::stop_token SignalWatch::token() const noexcept {
    return state_->source.get_token();
}

int SignalWatch::signal() const noexcept {
    return state_->signal;
}

void throw_if_cancelled(std::stop_token const &token) {
    if (token.stop_requested()) {
        throw Error{ErrorKind::cancelled, kStoppedOnRequest};
    }
}

void pause_for(std::chrono::milliseconds duration, std::stop_token const &token) {
    std::mutex mutex; // guards nothing: a condition variable wants one
    std::condition_variable_any never;
    std::unique_lock lock{mutex}; // cppcheck-suppress localMutex
    never.wait_for(lock, token, duration, [] { return false; });
}

} // namespace pgkeep
