// Passes progress on, and writes how far the run is into its lock file, so that a second run can
// say for what it would have to wait.
//
// Thread-safety: as Progress. The lock must outlive it.

#pragma once

#include "base/progress.hpp"
#include "repository/lock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace pgkeep {

class LockProgress : public Progress {
public:
    // No `lock` (an archive outside a repository): only passes on.
    LockProgress(Progress &next, RunLock const *lock) : next_(next), lock_(lock) {}

    void phase(std::string_view name, std::uint64_t total) override;
    void advance(std::uint64_t bytes) override;

private:
    using Clock = std::chrono::steady_clock;
    void say(); // REQUIRES: mutex_ is held

    Progress &next_;
    RunLock const *lock_;
    std::atomic<std::uint64_t> done_{0};
    std::atomic<Clock::rep> due_{0}; // when the file is written next
    std::mutex mutex_;
    std::string name_;
    std::uint64_t total_ = 0;
};

} // namespace pgkeep
