#include "backup/lock_progress.hpp"

#include <fmt/format.h>

namespace pgkeep {
namespace {

// Often enough for a person who asks, and nothing to a disk.
constexpr std::chrono::seconds kInterval{2};

} // namespace

void LockProgress::phase(std::string_view name, std::uint64_t total) {
    next_.phase(name, total);
    if (lock_ == nullptr) {
        return;
    }
    std::lock_guard const guard{mutex_};
    name_ = name;
    total_ = total;
    done_ = 0;
    say();
}

void LockProgress::advance(std::uint64_t bytes) {
    next_.advance(bytes);
    done_ += bytes;
    if (lock_ == nullptr || Clock::now().time_since_epoch().count() < due_) {
        return;
    }
    std::unique_lock const guard{mutex_, std::try_to_lock};
    if (guard.owns_lock()) {
        say();
    }
}

void LockProgress::say() {
    due_ = (Clock::now() + kInterval).time_since_epoch().count();
    constexpr double kPercent = 100;
    // The total is an estimate: what is beyond it is not worth a figure.
    double const part =
        total_ == 0 ? 0 : static_cast<double>(done_.load()) / static_cast<double>(total_);
    lock_->say_phase(total_ == 0 || part > 1 ? name_
                                             : fmt::format("{} {:.0f} %", name_, part * kPercent));
}

} // namespace pgkeep
