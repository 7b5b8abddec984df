#include "backup/blocked_watch.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/task_group.hpp"
#include "base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pgkeep {

namespace {

// A query in so long costs the server nothing; a limit of a second still is kept within a quarter.
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr std::chrono::milliseconds kShortestPause{20};

} // namespace

BlockedWatch::Holder::Holder(BlockedWatch &watch, ServerSession session)
    : watch_(watch), pid_(session.pid) {
    std::scoped_lock const lock{watch_.mutex_};
    watch_.holders_.push_back(std::move(session));
}

BlockedWatch::Holder::~Holder() {
    std::scoped_lock const lock{watch_.mutex_};
    std::erase_if(watch_.holders_,
                  [&](ServerSession const &session) { return session.pid == pid_; });
}

LockHolders BlockedWatch::holders() {
    std::scoped_lock const lock{mutex_};
    return {holders_, helper_};
}

void BlockedWatch::during(ConnectionSettings const &server, ConnectPolicy policy,
                          std::stop_token const &token, Work const &work) {
    if (longest_.count() == 0) {
        work(token);
        return;
    }
    policy.label = "watch";
    std::stop_source done;
    TaskGroup group{token};
    // Connects while `work` begins: the time between snapshot and locks should be short. `done`
    // does not interrupt a statement, which may be the one that ends our sessions.
    group.run("watch", [&](std::stop_token const & /*stop*/) {
        Connection observer{server, policy, token};
        run(observer, done.get_token());
    });
    try {
        work(group.token());
    } catch (...) {
        done.request_stop();
        group.wait(); // throws when it was the watch that ended the work
        throw;
    }
    done.request_stop();
    group.wait();
}

void BlockedWatch::run(Connection &observer, std::stop_token const &stop) {
    auto const pause = std::clamp(longest_ / 4, kShortestPause, kLongestPause);
    while (!stop.stop_requested()) {
        look(observer);
        pause_for(pause, stop);
    }
}

void BlockedWatch::look(Connection &observer) {
    auto const now = Clock::now();
    std::map<int, Clock::time_point> still;
    for (BlockedSession const &session : list_blocked_by(observer, holders())) {
        auto const known = waiting_since_.find(session.pid);
        auto const since = known == waiting_since_.end() ? now : known->second;
        still.emplace(session.pid, since);
        if (now - since >= longest_) {
            end_sessions(observer, holders());
            throw Error{ErrorKind::failed,
                        fmt::format("server process {} has waited for {} for this backup ({})",
                                    session.pid, format_duration(longest_), session.waits_for),
                        "The backup was given up so that others can go on, as "
                        "--lock-wait-timeout demands. Run it when nobody changes the schema, or "
                        "allow more time."};
        }
    }
    waiting_since_ = std::move(still);
}

} // namespace pgkeep
