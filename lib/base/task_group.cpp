#include "base/task_group.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <utility>

namespace pgkeep {

TaskGroup::TaskGroup(std::stop_token parent)
    : parent_(std::move(parent)), forward_(parent_, [this] { source_.request_stop(); }) {
}

TaskGroup::~TaskGroup() {
    source_.request_stop();
    threads_.clear(); // joins
}

void TaskGroup::run(std::string label, Task task) {
    threads_.emplace_back([this, label = std::move(label), task = std::move(task)] {
        LogLabel const log_label{label};
        try {
            task(source_.get_token());
        } catch (...) {
            remember(std::current_exception());
        }
    });
}

void TaskGroup::remember(std::exception_ptr error) {
    {
        std::scoped_lock const lock{mutex_};
        // What siblings throw because they were stopped comes later and says nothing new.
        if (!first_error_) {
            first_error_ = std::move(error);
        }
    }
    source_.request_stop();
}

void TaskGroup::wait() {
    threads_.clear(); // joins
    std::exception_ptr const error = std::exchange(first_error_, nullptr);
    // Whatever a task threw after the stop was requested is only how it noticed.
    if (parent_.stop_requested()) {
        throw Error{ErrorKind::cancelled, "stopped on request"};
    }
    if (error) {
        std::rethrow_exception(error);
    }
}

} // namespace pgkeep
