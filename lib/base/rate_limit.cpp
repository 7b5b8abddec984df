#include "base/rate_limit.hpp"

#include "base/cancel.hpp"

#include <algorithm>
#include <utility>

namespace pgkeep {
namespace {

// A system call for less than a page costs more than it is gentle.
constexpr std::uint64_t kSmallestPiece = 4096;

} // namespace

RateLimit::RateLimit(std::uint64_t rate, std::stop_token token)
    : RateLimit(rate, std::move(token),
                {[] { return std::chrono::steady_clock::now(); },
                 [this](TimePoint until) { wait_until(until); }}) {
}

RateLimit::RateLimit(std::uint64_t rate, std::stop_token token, Timing timing)
    : rate_(rate), token_(std::move(token)), timing_(std::move(timing)), next_(timing_.now()) {
}

void RateLimit::pay(std::size_t bytes) {
    throw_if_cancelled(token_);
    timing_.wait(book(bytes));
    throw_if_cancelled(token_);
}

RateLimit::TimePoint RateLimit::book(std::size_t bytes) {
    std::chrono::duration<double> const cost{static_cast<double>(bytes) /
                                             static_cast<double>(rate_)};
    std::scoped_lock const lock{mutex_};
    TimePoint const start = std::max(next_, timing_.now());
    next_ = start + std::chrono::ceil<TimePoint::duration>(cost);
    return start;
}

void RateLimit::wait_until(TimePoint until) {
    std::unique_lock lock{mutex_};
    stopped_.wait_until(lock, token_, until, [] { return false; });
}

std::size_t RateLimit::piece_size() const noexcept {
    return std::max(rate_ / 10, kSmallestPiece);
}

RateLimitedSink::RateLimitedSink(ByteSink &sink, std::uint64_t rate, std::stop_token token)
    : sink_(sink), limit_(rate, std::move(token)) {
}

void RateLimitedSink::append(ByteView bytes) {
    while (!bytes.empty()) {
        ByteView const now = bytes.first(std::min(limit_.piece_size(), bytes.size()));
        limit_.pay(now.size());
        sink_.append(now);
        bytes = bytes.subspan(now.size());
    }
}

} // namespace pgkeep
