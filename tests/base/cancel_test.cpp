#include "base/cancel.hpp"
#include "base/error.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(PauseFor, WaitsAsLongAsItIsTold) {
    auto const start = Clock::now();
    pause_for(20ms, {});
    EXPECT_GE(Clock::now() - start, 20ms);
}

TEST(PauseFor, EndsWhenStopIsRequested) {
    std::stop_source source;
    std::jthread const stopper{[&source] { source.request_stop(); }};
    auto const start = Clock::now();
    pause_for(10min, source.get_token());
    EXPECT_LT(Clock::now() - start, 5min);
}

TEST(ThrowIfCancelled, ThrowsOnlyOnceStopWasRequested) {
    std::stop_source source;
    EXPECT_NO_THROW(throw_if_cancelled(source.get_token()));
    source.request_stop();
    EXPECT_THROW(throw_if_cancelled(source.get_token()), Error);
}

} // namespace
} // namespace pgkeep
