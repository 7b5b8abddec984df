#include "backup/lock_progress.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class CountedProgress : public Progress {
public:
    void phase(std::string_view name, std::uint64_t /*total*/) override { last_phase = name; }
    void advance(std::uint64_t bytes) override { done += bytes; }
    std::string last_phase;
    std::uint64_t done = 0;
};

TEST(LockProgress, PassesOnAndWritesThePhaseIntoTheLockFile) {
    TemporaryFolder const folder;
    RunLock const lock{folder.path(), "backup of shop"};
    CountedProgress next;
    LockProgress progress{next, &lock};
    progress.phase("data", 1000);
    EXPECT_THAT(read_whole_file(folder.file(".lock")), HasSubstr("\nphase=data 0 %\n"));
    progress.advance(450);
    progress.phase("verify", 0);
    EXPECT_THAT(read_whole_file(folder.file(".lock")), HasSubstr("\nphase=verify\n"));
    EXPECT_EQ(next.last_phase, "verify");
    EXPECT_EQ(next.done, 450U);
}

TEST(LockProgress, OnlyPassesOnWithoutALock) {
    CountedProgress next;
    LockProgress progress{next, nullptr};
    progress.phase("data", 0);
    progress.advance(7);
    EXPECT_EQ(next.last_phase, "data");
    EXPECT_EQ(next.done, 7U);
}

} // namespace
} // namespace pgkeep
