#include "pg/connect_attempt.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <functional>
#include <new>
#include <sstream>
#include <utility>
#include <vector>

namespace pgkeep {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kDefaultTimeout{15};

// A peer that vanished without a word (a cut cable, a firewall that forgot us) is noticed after two
// minutes and not after the two hours of the kernel. Not tcp_user_timeout: that also ends a
// connection whose server lives and only reads nothing, as in a COPY that waits for a lock.
constexpr std::array<std::pair<char const *, char const *>, 3> kKeepalives{
    {{"keepalives_idle", "60"}, {"keepalives_interval", "10"}, {"keepalives_count", "6"}}};

// A descriptor that becomes readable when the token fires, for use in poll().
class WakeDescriptor {
public:
    explicit WakeDescriptor(std::stop_token const &token)
        : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          callback_(token, [this] { ::eventfd_write(fd_.get(), 1); }) {
        if (!fd_.valid()) {
            throw system_error(errno, "cannot prepare to connect");
        }
    }
    [[nodiscard]] int get() const noexcept { return fd_.get(); }

private:
    FileDescriptor fd_;
    std::stop_callback<std::function<void()>> callback_;
};

void take_notice(void * /*unused*/, PGresult const *result) {
    char const *const text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char const *const severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    bool const warning = severity != nullptr && std::string_view{severity} == "WARNING";
    log(warning ? LogLevel::warning : LogLevel::debug, "the server says: {}",
        printable(text == nullptr ? "" : text));
}

ConnectionHandle start(ConnectionSettings settings, std::string const &label) {
    settings.keywords["application_name"] = "pgkeep " + label;
    settings.keywords.erase("client_encoding"); // the session takes the database's
    for (auto const &[keyword, value] : kKeepalives) {
        settings.keywords.emplace(keyword, value); // what the operator says counts
    }
    std::vector<char const *> keywords;
    std::vector<char const *> values;
    for (auto const &[keyword, value] : settings.keywords) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    ConnectionHandle connection{PQconnectStartParams(keywords.data(), values.data(), 0)};
    if (connection == nullptr) {
        throw std::bad_alloc{};
    }
    // Verbose is the only way to learn the SQLSTATE of a connection that was refused.
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection.get(), take_notice, nullptr);
    return connection;
}

std::vector<std::string> split_list(std::string const &text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        auto const end = std::min(text.find(',', at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::string join_behind(std::vector<std::string> const &parts, std::size_t index) {
    std::string text;
    for (std::size_t i = index + 1; i < parts.size(); ++i) {
        text += (i == index + 1 ? "" : ",") + parts[i];
    }
    return text;
}

// The settings with only those hosts of a list that come after the one where `connection` ended, if
// there are any.
std::optional<ConnectionSettings> hosts_behind(ConnectionSettings const &settings,
                                               pg_conn const *connection) {
    std::string const key = settings.get("host").empty() ? "hostaddr" : "host";
    auto const hosts = split_list(settings.get(key));
    auto const ports = split_list(settings.get("port"));
    std::string const host = PQhost(connection);
    std::string const port = PQport(connection);
    for (std::size_t i = 0; i + 1 < hosts.size(); ++i) {
        if (hosts[i] == host && (ports.size() == 1 || (i < ports.size() && ports[i] == port))) {
            auto rest = settings;
            for (std::string const keyword : {"host", "hostaddr", "port"}) {
                auto const parts = split_list(settings.get(keyword));
                if (parts.size() > 1) {
                    rest.keywords[keyword] = join_behind(parts, i);
                }
            }
            return rest;
        }
    }
    return std::nullopt;
}

std::string text_or_empty(char const *text) {
    return text == nullptr ? std::string{} : std::string{text};
}

class Attempt {
public:
    Attempt(ConnectionSettings const &settings, std::string const &label,
            std::stop_token const &token)
        : token_(token),
          wake_(token),
          timeout_(connect_timeout(settings)),
          connection_(start(settings, label)) {}

    AttemptResult run() {
        auto state = PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED
                                                                   : PGRES_POLLING_WRITING;
        while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
            throw_if_cancelled(token_);
            wait(state);
            throw_if_cancelled(token_);
            state = PQconnectPoll(connection_.get());
        }
        if (state == PGRES_POLLING_OK) {
            return {std::move(connection_), {}, true, false};
        }
        std::string failure = failure_text();
        return {std::move(connection_), std::move(failure), false, timed_out_};
    }

private:
    void wait(PostgresPollingStatusType state) {
        restart_clock_for_a_new_address();
        std::array<pollfd, 2> fds{{
            {PQsocket(connection_.get()),
             static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0},
            {wake_.get(), POLLIN, 0},
        }};
        if (::poll(fds.data(), fds.size(), milliseconds_left()) == 0) {
            // The address does not answer. Shutting the socket makes libpq see an error and go on
            // to the next address, as its own blocking loop would.
            timed_out_ = true;
            ::shutdown(fds[0].fd, SHUT_RDWR);
            address_.clear();
        }
    }

    // Our own shutdown looks to libpq as if the server had closed the connection.
    [[nodiscard]] std::string failure_text() const {
        std::string text = PQerrorMessage(connection_.get());
        if (!timed_out_) {
            return text;
        }
        std::string kept = "timeout expired\n";
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);) {
            if (line.find(error_text(ECONNRESET)) == std::string::npos &&
                line.find("closed the connection unexpectedly") == std::string::npos) {
                kept += line + '\n';
            }
        }
        return kept;
    }

    // As libpq counts: connect_timeout is for each address of each host.
    void restart_clock_for_a_new_address() {
        auto address = "at " + text_or_empty(PQhost(connection_.get())) + ' ' +
                       text_or_empty(PQhostaddr(connection_.get())) + ' ' +
                       text_or_empty(PQport(connection_.get()));
        if (address != address_) {
            address_ = std::move(address);
            started_ = Clock::now();
        }
    }

    [[nodiscard]] int milliseconds_left() const {
        if (!timeout_) {
            return -1;
        }
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(started_ + *timeout_ - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    std::stop_token token_;
    WakeDescriptor wake_;
    std::optional<std::chrono::seconds> timeout_;
    ConnectionHandle connection_;
    std::string address_;
    Clock::time_point started_ = Clock::now();
    bool timed_out_ = false;
};

} // namespace

std::optional<std::chrono::seconds> connect_timeout(ConnectionSettings const &settings) {
    auto const text = settings.get("connect_timeout");
    if (text.empty()) {
        return kDefaultTimeout;
    }
    std::int32_t seconds = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds > 1'000'000) {
        throw Error{ErrorKind::usage,
                    "connect_timeout is not a number of seconds: " + printable(text),
                    "Give whole seconds; 0 waits for ever."};
    }
    return seconds <= 0 ? std::nullopt : std::optional{std::chrono::seconds{seconds}};
}

AttemptResult attempt_connection(ConnectionSettings const &settings, std::string const &label,
                                 std::stop_token const &token) {
    auto result = Attempt{settings, label, token}.run();
    // A host that took the connection and then said nothing ends libpq's list; a host that refuses
    // does not.
    if (!result.connected && result.timed_out) {
        if (auto const rest = hosts_behind(settings, result.connection.get())) {
            auto next = attempt_connection(*rest, label, token);
            next.failure = result.failure + next.failure;
            return next;
        }
    }
    return result;
}

} // namespace pgkeep
