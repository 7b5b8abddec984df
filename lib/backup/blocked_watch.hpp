// Ends a backup that keeps others waiting for longer than they should.
//
// A backup holds a weak lock on each table until it has read everything. Who wants to change a
// table waits for it, and everybody who wants to use that table waits behind them. The watch asks
// the server every so often who waits for one of our sessions, and gives up when somebody has done
// so for too long. From the snapshot on: pg_dump locks more than it copies (what views read, to
// print them), and while it waits for one table it keeps those that it has.
//
// Not for our own waiting: lock_timeout bounds that.
//
// Thread-safety: a Holder in any thread; during() runs the watch in a thread of its own.

#pragma once

#include "pg/snapshot.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

class BlockedWatch {
public:
    // Zero: any time. `helper`: the application_name of a program that works for us, and of nobody
    // else; it holds locks as long as it has a session.
    BlockedWatch(std::chrono::milliseconds longest, std::string helper)
        : longest_(longest), helper_(std::move(helper)) {}

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

    // Does `work` and watches meanwhile, over a connection of its own to `server`. Throws what
    // `work` throws, or Error{failed} that names who has waited too long, after it has ended our
    // sessions: then they can go on at once. The token of `work` fires when that happens, and with
    // `token`.
    using Work = std::function<void(std::stop_token const &)>;
    void during(ConnectionSettings const &server, ConnectPolicy policy,
                std::stop_token const &token, Work const &work);

private:
    using Clock = std::chrono::steady_clock;
    void run(Connection &observer, std::stop_token const &stop);
    void look(Connection &observer);
    [[nodiscard]] LockHolders holders();

    std::chrono::milliseconds longest_;
    std::string helper_;
    std::map<int, Clock::time_point> waiting_since_; // as far as we have seen it
    std::mutex mutex_;
    std::vector<ServerSession> holders_;
};

} // namespace pgkeep
