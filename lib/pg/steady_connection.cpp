#include "pg/steady_connection.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/units.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <functional>

namespace pgkeep {
namespace {

using std::chrono::milliseconds;

constexpr char const *kWorks = "works";

// A token that fires after a time, or when another one does, until it is let go.
class Fuse {
public:
    Fuse(std::stop_token const &other, std::optional<milliseconds> limit) {
        other_.emplace(other, [this] { source_.request_stop(); });
        if (limit) {
            timer_ = std::jthread{[this, limit = *limit](std::stop_token const &token) {
                pause_for(limit, token);
                if (!token.stop_requested()) {
                    burnt_ = true;
                    source_.request_stop();
                }
            }};
        }
    }

    [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }
    [[nodiscard]] bool burnt() const noexcept { return burnt_; }
    void let_go() {
        other_.reset();
        timer_ = {};
    }

private:
    std::stop_source source_;
    std::atomic<bool> burnt_{false};
    std::optional<std::stop_callback<std::function<void()>>> other_;
    std::jthread timer_; // last: joined before the rest goes
};

Connection connect(ConnectionSettings const &settings, ConnectPolicy const &policy,
                   std::stop_token const &token, std::optional<milliseconds> limit) {
    Fuse fuse{token, limit};
    try {
        Connection connection{settings, policy, fuse.token()};
        fuse.let_go();
        if (!fuse.token().stop_requested()) {
            return connection;
        }
    } catch (Error const &) {
        if (!fuse.burnt()) {
            throw;
        }
    }
    throw_if_cancelled(token);
    throw Error{ErrorKind::connection, "the server " + settings.describe() +
                                           " does not answer within " + format_duration(*limit)};
}

FileDescriptor duplicate_socket(Connection const &connection) {
    FileDescriptor socket{::fcntl(PQsocket(connection.raw()), F_DUPFD_CLOEXEC, 0)};
    if (!socket.valid()) {
        throw system_error(errno, "cannot duplicate the descriptor of a connection");
    }
    return socket;
}

} // namespace

SteadyConnection::SteadyConnection(ConnectionSettings const &settings, ConnectPolicy const &policy,
                                   std::stop_token const &token, SteadyTimes const &times)
    : times_(times),
      connection_(connect(settings, policy, token, times.connect)),
      settings_(connection_.effective_settings()),
      socket_(duplicate_socket(connection_)),
      watch_([this](std::stop_token const &ended) { watch(ended); }) {
}

void SteadyConnection::watch(std::stop_token const &token) noexcept {
    try {
        while (!token.stop_requested()) {
            milliseconds const waited = connection_.waiting();
            if (waited < times_.patience) {
                pause_for(times_.patience - waited, token);
            } else if (is_given_up(token)) {
                log(LogLevel::warning,
                    "{}: no answer comes, and the server does not work on one; the connection is "
                    "given up",
                    connection_.label());
                ::shutdown(socket_.get(), SHUT_RDWR);
                return;
            } else {
                pause_for(times_.patience, token);
            }
        }
    } catch (std::exception const &error) { // nothing is known then, and the answer waited for
        log(LogLevel::debug, "watching a connection: {}", error.what());
    }
}

// Asked twice, since an answer may be on its way.
bool SteadyConnection::is_given_up(std::stop_token const &token) const {
    std::string const first = what_it_does();
    if (first == kWorks) {
        return false;
    }
    pause_for(times_.again, token);
    return connection_.waiting() >= times_.patience && !token.stop_requested() &&
           what_it_does() == first;
}

// kWorks, also when that cannot be known. Without a role that was set, which might not be allowed
// to see its own session.
std::string SteadyConnection::what_it_does() const {
    ConnectPolicy policy;
    policy.label = "watch";
    policy.retries = 0;
    Fuse fuse{{}, times_.answer};
    try {
        Connection connection{settings_, policy, fuse.token()};
        Result const found =
            connection.query("SELECT state, state_change FROM pg_catalog.pg_stat_activity"
                             " WHERE pid = $1::pg_catalog.int4",
                             {std::to_string(connection_.backend_pid())});
        if (found.rows() == 0) {
            return "gone";
        }
        return found.text(0, 0).starts_with("idle") ? "idle since " + found.str(0, 1) : kWorks;
    } catch (PgError const &error) {
        return error.sqlstate().empty() ? "no answer" : kWorks; // no connection free, perhaps
    } catch (Error const &) {
        return "no answer";
    }
}

} // namespace pgkeep
