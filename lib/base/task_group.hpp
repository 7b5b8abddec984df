// Threads that work for one owner: the first error wins, siblings are told to stop, all are joined,
// and the error is thrown in the owner.
//
// Not a pool: each run() is a thread of its own, for a handful of long tasks.
//
// Thread-safety: run() and wait() are called by the owning thread. A task gets a stop_token that
// fires when the parent's fires or when a sibling failed; it must return soon after.

#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace pgkeep {

class TaskGroup {
public:
    using Task = std::function<void(std::stop_token const &)>;

    explicit TaskGroup(std::stop_token parent);
    ~TaskGroup(); // stops and joins; an error that nobody waited for is dropped
    TaskGroup(TaskGroup const &) = delete;
    TaskGroup &operator=(TaskGroup const &) = delete;

    // `label` names the thread in the log.
    void run(std::string label, Task task);

    // Joins all tasks and throws the first error, or Error{cancelled} when the parent was stopped.
    void wait();

    [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }
    void request_stop() { source_.request_stop(); }

private:
    void remember(std::exception_ptr error);

    std::stop_token parent_;
    std::stop_source source_;
    std::stop_callback<std::function<void()>> forward_;
    std::vector<std::jthread> threads_;
    std::mutex mutex_;
    std::exception_ptr first_error_;
};

} // namespace pgkeep
