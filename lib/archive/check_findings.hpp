// The findings of one check, collected from several threads. Private to lib/archive.
//
// Bounded: a report of a thousand findings says no more than "this file is lost", and what a file
// says must not decide how much memory a check takes.
//
// Thread-safety: add() may be called from any thread; take() when they are done.

#pragma once

#include "archive/check.hpp"

#include <mutex>

namespace pgkeep {

class FindingList {
public:
    static constexpr std::size_t kMostFindings = 1000;

    void add(std::optional<std::uint64_t> offset, std::string object, std::string message);
    // In file order, those without a place last, no two the same.
    [[nodiscard]] std::vector<Finding> take();

private:
    std::mutex mutex_;
    std::vector<Finding> findings_;
    std::uint64_t left_out_ = 0;
};

} // namespace pgkeep
