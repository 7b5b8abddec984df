#include "base/error.hpp"
#include "base/rate_limit.hpp"
#include "support/errors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;

// A clock that only waiting moves; how far it got is what counts.
struct FakeClock {
    RateLimit::TimePoint time = RateLimit::TimePoint{} + 1h;
    RateLimit::Timing timing() {
        return {[this] { return time; },
                [this](RateLimit::TimePoint until) { time = std::max(time, until); }};
    }
};

TEST(RateLimit, LetsTheFirstBytesThroughAtOnce) {
    FakeClock clock;
    RateLimit limit{1000, {}, clock.timing()};
    limit.pay(5000);
    EXPECT_EQ(clock.time, RateLimit::TimePoint{} + 1h);
    limit.pay(1);
    EXPECT_EQ(clock.time, RateLimit::TimePoint{} + 1h + 5s);
}

TEST(RateLimit, RoundsTimeUpSoThatSmallPiecesAreNotFree) {
    FakeClock clock;
    RateLimit limit{3'000'000'000, {}, clock.timing()};
    for (int i = 0; i < 1001; ++i) {
        limit.pay(1);
    }
    EXPECT_GE(clock.time - (RateLimit::TimePoint{} + 1h), 334ns);
}

TEST(RateLimit, TakesRatesBeyondAnyDisk) {
    FakeClock clock;
    std::uint64_t const rate = 1ULL << 60;
    RateLimit limit{rate, {}, clock.timing()};
    limit.pay(rate);
    limit.pay(1);
    EXPECT_EQ(clock.time, RateLimit::TimePoint{} + 1h + 1s);
}

TEST(RateLimit, MakesPiecesOfATenthOfASecondButNotOfAByteOrTwo) {
    EXPECT_EQ((RateLimit{1'000'000, {}}.piece_size()), 100'000U);
    EXPECT_EQ((RateLimit{1, {}}.piece_size()), 4096U);
}

TEST(RateLimitedSink, PassesAllBytesOn) {
    MemorySink memory;
    RateLimitedSink sink{memory, 1'000'000'000, {}};
    Bytes const bytes(100'000, 7);
    sink.append(bytes);
    sink.append(as_bytes("end"));
    ASSERT_EQ(memory.bytes().size(), 100'003U);
    EXPECT_EQ(as_text(ByteView{memory.bytes()}.last(3)), "end");
}

TEST(RateLimitedSink, StopsWaitingWhenTheTokenFires) {
    MemorySink memory;
    std::stop_source stop;
    RateLimitedSink sink{memory, 1, stop.get_token()};
    std::jthread const firing{[&] { stop.request_stop(); }};
    EXPECT_EQ(error_of([&] { sink.append(Bytes(100'000)); }).kind(), ErrorKind::cancelled);
}

} // namespace
} // namespace pgkeep
