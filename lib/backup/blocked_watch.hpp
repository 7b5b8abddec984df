// Ends a backup that keeps others waiting for longer than they should.
//
// A backup holds a weak lock on each table until its end. Who wants to change a table waits for it,
// and everybody who wants to use that table waits behind them. The watch asks the server every so
// often who waits for one of our sessions, and gives up when somebody has done so for too long.
//
// Not for our own waiting: lock_timeout bounds that.
//
// Thread-safety: add_holder() from any thread; run() in a thread of its own.

#pragma once

#include "pg/snapshot.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <stop_token>
#include <vector>

namespace pgkeep {

class BlockedWatch {
public:
    explicit BlockedWatch(std::chrono::milliseconds longest) : longest_(longest) {}

    // A server process of ours that holds locks.
    void add_holder(int pid);

    // Until `stop`. Throws Error{failed} that names who has waited too long, after it has ended our
    // sessions: then they can go on at once. `observer` holds no locks.
    void run(Connection &observer, std::stop_token const &stop);

private:
    using Clock = std::chrono::steady_clock;
    void look(Connection &observer);
    [[nodiscard]] std::vector<int> holders();

    std::chrono::milliseconds longest_;
    std::map<int, Clock::time_point> waiting_since_; // as far as we have seen it
    std::mutex mutex_;
    std::vector<int> holders_;
};

} // namespace pgkeep
