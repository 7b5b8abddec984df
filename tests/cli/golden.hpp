// Whole texts that a test expects, kept in files. PGKEEP_UPDATE_GOLDEN=1 rewrites them: look at the
// difference before it is committed.
//
// Thread-safety: none.

#pragma once

#include "support/faults.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pgkeep {

// `path` is relative to the source tree.
inline void expect_golden(std::string const &path, std::string const &text) {
    std::string const full = std::string{PGKEEP_SOURCE_DIR} + "/" + path;
    if (std::getenv("PGKEEP_UPDATE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(std::filesystem::path{full}.parent_path());
        write_whole_file(full, text);
    }
    ASSERT_TRUE(std::filesystem::exists(full))
        << full << " is missing; PGKEEP_UPDATE_GOLDEN=1 makes it";
    EXPECT_EQ(read_whole_file(full), text)
        << full << " is out of date; PGKEEP_UPDATE_GOLDEN=1 rewrites it";
}

} // namespace pgkeep
