#include "base/scheduling.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace pgkeep {

namespace {

TEST(WaitForTurn, ChangesTheCallingThreadOnly) {
    int inside = -1;
    std::thread{[&] {
        wait_for_turn();
        inside = sched_getscheduler(0);
    }}.join();
    EXPECT_EQ(inside, SCHED_BATCH);
    EXPECT_NE(sched_getscheduler(0), SCHED_BATCH);
}

} // namespace

} // namespace pgkeep
