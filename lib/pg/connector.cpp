#include "pg/connector.hpp"

#include "base/cancel.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "pg/connect_attempt.hpp"
#include "pg/libpq_options.hpp"
#include "pg/server_message.hpp"

#include <libpq-fe.h>

#include <memory>

namespace pgkeep {

namespace {

// Doubling ends here: waiting longer than a minute helps nobody.
constexpr std::chrono::milliseconds kLongestDelay{60'000};

void redact_secrets(ConnectionSettings const &settings) {
    for (auto const &option : libpq_options()) {
        if (option.secret) {
            redact_in_log(settings.get(option.keyword));
        }
    }
}

PgError make_error(ServerMessage const &message, ConnectionSettings const &settings,
                   std::string const &label) {
    return PgError{
        message.kind,
        redacted("cannot connect to " + settings.describe() + " (" + label + "): " + message.text),
        message.hint, message.sqlstate, message.text};
}

// Whether an attempt failed only because a password is wanted and somebody can be asked.
bool ask_for_password(ConnectionHandle const &connection, ConnectPolicy const &policy,
                      ConnectionSettings &settings) {
    if (!policy.ask_password || !settings.get("password").empty() ||
        PQconnectionNeedsPassword(connection.get()) == 0) {
        return false;
    }
    settings.keywords["password"] =
        policy.ask_password(std::string{"Password for user "} + PQuser(connection.get()) + ": ");
    redact_secrets(settings);
    return !settings.get("password").empty();
}

} // namespace

void FinishConnection::operator()(pg_conn *connection) const noexcept {
    PQfinish(connection);
}

ConnectionHandle open_connection(ConnectionSettings settings, ConnectPolicy const &policy,
                                 std::stop_token const &token) {
    redact_secrets(settings);
    auto delay = policy.retry_delay;
    for (int retry = 0;;) {
        auto attempt = attempt_connection(settings, policy.label, token);
        if (attempt.connected) {
            return std::move(attempt.connection);
        }
        if (ask_for_password(attempt.connection, policy, settings)) {
            continue;
        }
        auto const message = explain_connect_failure(attempt.failure);
        auto const error = make_error(message, settings, policy.label);
        if (!message.may_pass || retry >= policy.retries) {
            throw PgError{error};
        }
        ++retry;
        log(LogLevel::warning, "{}; attempt {} of {} in {}", error.what(), retry + 1,
            policy.retries + 1, format_duration(delay));
        attempt.connection.reset();
        pause_for(delay, token);
        throw_if_cancelled(token);
        delay = std::min(delay * 2, kLongestDelay);
    }
}

ConnectionSettings read_effective_settings(pg_conn *connection) {
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> const all{PQconninfo(connection),
                                                                           &PQconninfoFree};
    ConnectionSettings settings;
    for (auto const *option = all.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        if (option->val != nullptr && option->val[0] != '\0') {
            settings.keywords[option->keyword] = option->val;
        }
    }
    // What was chosen among several, or came from a file, is said outright from now on.
    for (auto const *keyword :
         {"service", "servicefile", "application_name", "fallback_application_name",
          "client_encoding", "replication", "load_balance_hosts", "hostaddr"}) {
        settings.keywords.erase(keyword);
    }
    auto const pin = [&](char const *keyword, char const *value) {
        if (value != nullptr && value[0] != '\0') {
            settings.keywords[keyword] = value;
        }
    };
    pin("host", PQhost(connection));
    pin("hostaddr", PQhostaddr(connection));
    pin("port", PQport(connection));
    pin("user", PQuser(connection));
    pin("password", PQpass(connection));
    pin("dbname", PQdb(connection));
    redact_secrets(settings);
    return settings;
}

} // namespace pgkeep
