#include "restore/session_ender.hpp"

#include "base/cancel.hpp"
#include "base/log.hpp"

#include <exception>
#include <utility>

namespace pgkeep {
namespace {

using std::chrono::milliseconds;

// Not before the rename waits: a session that is ended earlier is soon back.
constexpr milliseconds kFirstRound{5};
// The server itself looks every 100 ms whether the sessions are gone.
constexpr milliseconds kRound{20};

} // namespace

SessionEnder::SessionEnder(Connection &connection, DatabaseOids oids, std::set<std::string> &ended)
    : connection_(connection),
      oids_(std::move(oids)),
      ended_(ended),
      thread_([this](std::stop_token const &token) { run(token); }) {
}

void SessionEnder::run(std::stop_token const &token) noexcept {
    try {
        for (pause_for(kFirstRound, token); !token.stop_requested(); pause_for(kRound, token)) {
            for (auto &session : terminate_sessions(connection_, oids_)) {
                ended_.insert(std::move(session));
            }
        }
    } catch (std::exception const &error) {
        // The rename fails if this mattered.
        log(LogLevel::debug, "ending sessions: {}", error.what());
    }
}

} // namespace pgkeep
