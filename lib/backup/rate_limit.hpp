// A sink that lets at most so many bytes a second through, to be gentle to a disk or a network.
//
// Thread-safety: one thread at a time. Waiting ends at once when the token fires, with
// Error{cancelled}.

#pragma once

#include "base/bytes.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace pgkeep {

class RateLimitedSink : public ByteSink {
public:
    // `sink` must outlive this. `rate` in bytes a second, above 0.
    RateLimitedSink(ByteSink &sink, std::uint64_t rate, std::stop_token token);
    void append(ByteView bytes) override;

private:
    ByteSink &sink_;
    std::uint64_t rate_;
    std::stop_token token_;
    std::chrono::steady_clock::time_point next_; // when the bytes so far are paid for
    std::mutex mutex_;
    std::condition_variable_any stopped_;
};

} // namespace pgkeep
