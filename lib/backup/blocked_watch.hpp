// Ends a backup that keeps others waiting for longer than they should.
//
// A backup holds a weak lock on each table until its end. Who wants to change a table waits for it,
// and everybody who wants to use that table waits behind them. The watch asks the server every so
// often who waits for one of our sessions, and gives up when somebody has done so for too long.
//
// Not for our own waiting: lock_timeout bounds that.
//
// Thread-safety: a Holder in any thread; run() in a thread of its own.

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

    // A session of ours that holds locks, as long as this lives. Must go before its connection is
    // closed: the server may give its number to a session of somebody else at once.
    class Holder {
    public:
        Holder(BlockedWatch &watch, ServerSession session);
        ~Holder();
        Holder(Holder const &) = delete;
        Holder &operator=(Holder const &) = delete;

    private:
        BlockedWatch &watch_;
        int pid_;
    };

    // Until `stop`. Throws Error{failed} that names who has waited too long, after it has ended our
    // sessions: then they can go on at once. `observer` holds no locks.
    void run(Connection &observer, std::stop_token const &stop);

private:
    using Clock = std::chrono::steady_clock;
    void look(Connection &observer);
    [[nodiscard]] LockHolders holders();

    std::chrono::milliseconds longest_;
    std::map<int, Clock::time_point> waiting_since_; // as far as we have seen it
    std::mutex mutex_;
    std::vector<ServerSession> holders_;
};

} // namespace pgkeep
