// At most so many bytes a second, to be gentle to a disk or a network.
//
// A caller pays for its bytes before it moves them, and waits until those before it are paid for:
// in any time span no more than the rate and one piece go through. Move large blocks in pieces of
// piece_size(), so that the limit also holds within one.
//
// Thread-safety: RateLimit is shared by all threads that it limits together; RateLimitedSink is
// used by one thread at a time. Waiting ends at once when the token fires, with Error{cancelled}.

#pragma once

#include "base/bytes.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>

namespace pgkeep {

class RateLimit {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    // Where time comes from and how to wait for it; another one is for tests.
    struct Timing {
        std::function<TimePoint()> now;
        std::function<void(TimePoint until)> wait;
    };

    // `rate` in bytes a second, above 0.
    RateLimit(std::uint64_t rate, std::stop_token token);
    RateLimit(std::uint64_t rate, std::stop_token token, Timing timing);

    // Returns when `bytes` more may go through.
    void pay(std::size_t bytes);
    // The bytes of a tenth of a second.
    [[nodiscard]] std::size_t piece_size() const noexcept;

private:
    [[nodiscard]] TimePoint book(std::size_t bytes);
    void wait_until(TimePoint until);

    std::uint64_t rate_;
    std::stop_token token_;
    Timing timing_;
    TimePoint next_; // when the bytes so far are paid for
    std::mutex mutex_;
    std::condition_variable_any stopped_;
};

// A sink that lets at most so many bytes a second through.
class RateLimitedSink : public ByteSink {
public:
    // `sink` must outlive this. `rate` in bytes a second, above 0.
    RateLimitedSink(ByteSink &sink, std::uint64_t rate, std::stop_token token);
    void append(ByteView bytes) override;

private:
    ByteSink &sink_;
    RateLimit limit_;
};

} // namespace pgkeep
