// A queue between threads that holds a bounded weight, so that a fast producer waits for a slow
// consumer and memory stays bounded.
//
// An item is taken as long as less than `capacity` is held, however heavy it is: what is held is at
// most the capacity and one item. With the weight 1 the capacity is a number of items.
//
// Thread-safety: push(), pop() and close() may be called from any thread.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace pgkeep {

template <typename Item>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    // Waits for room. False when `token` fired or the queue was closed: the item was not taken.
    [[nodiscard]] bool push(Item item, std::stop_token const &token, std::size_t weight = 1) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, token, [&] { return closed_ || held_ < capacity_; });
        if (closed_ || token.stop_requested()) {
            return false;
        }
        items_.emplace_back(std::move(item), weight);
        held_ += weight;
        changed_.notify_all();
        return true;
    }

    // Waits for an item. Nothing once the queue is closed and empty, or `token` fired.
    [[nodiscard]] std::optional<Item> pop(std::stop_token const &token) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, token, [&] { return closed_ || !items_.empty(); });
        if (items_.empty() || token.stop_requested()) {
            return std::nullopt;
        }
        auto [item, weight] = std::move(items_.front());
        items_.pop_front();
        held_ -= weight;
        changed_.notify_all();
        return item;
    }

    // No more items will come; what is in the queue can still be taken.
    void close() {
        std::scoped_lock const lock{mutex_};
        closed_ = true;
        changed_.notify_all();
    }

private:
    std::size_t const capacity_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::pair<Item, std::size_t>> items_;
    std::size_t held_ = 0; // the weight of all items
    bool closed_ = false;
};

} // namespace pgkeep
