#include "backup/rate_limit.hpp"

#include "base/cancel.hpp"

#include <algorithm>

namespace pgkeep {

RateLimitedSink::RateLimitedSink(ByteSink &sink, std::uint64_t rate, std::stop_token token)
    : sink_(sink), rate_(rate), token_(std::move(token)), next_(std::chrono::steady_clock::now()) {
}

void RateLimitedSink::append(ByteView bytes) {
    // Pieces of a tenth of a second, so that the limit also holds within one large block.
    std::size_t const piece = std::max<std::uint64_t>(rate_ / 10, 4096);
    while (!bytes.empty()) {
        std::unique_lock lock{mutex_};
        stopped_.wait_until(lock, token_, next_, [] { return false; });
        throw_if_cancelled(token_);
        ByteView const now = bytes.first(std::min(piece, bytes.size()));
        sink_.append(now);
        bytes = bytes.subspan(now.size());
        next_ = std::max(next_, std::chrono::steady_clock::now()) +
                std::chrono::microseconds{now.size() * 1'000'000 / rate_};
    }
}

} // namespace pgkeep
