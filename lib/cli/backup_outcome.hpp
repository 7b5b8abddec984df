// How a backup ended, for hooks and metrics: of one database, or of the whole run.
//
// Thread-safety: values.

#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace pgkeep {

struct BackupOutcome {
    std::string database; // empty: the whole run
    std::string archive;  // empty: none was made
    int exit_code = 0;
    std::string message; // what a person would be told, in a line
    std::chrono::milliseconds duration{0};
    Time ended{};

    // `ok`, `attention` (exit code 3) or `failed`.
    [[nodiscard]] std::string_view status() const noexcept {
        return exit_code == 0 ? "ok" : exit_code == 3 ? "attention" : "failed";
    }
};

} // namespace pgkeep
