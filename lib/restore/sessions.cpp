#include "restore/sessions.hpp"

#include "base/log.hpp"
#include "model/sql_text.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

// A server that restarts after a crash needs some seconds.
constexpr std::chrono::seconds kCleanUpConnect{30};
constexpr char const *kCleanUpSettings = "SET lock_timeout = '60s'";

} // namespace

Sessions::Sessions(RestoreOptions const &options, std::stop_token const &token)
    : policy_(options.policy), role_(options.role) {
    auto const connect_to = [&](std::string const &database) {
        Connection const connection =
            open(options.connection.with_database(database), policy_, "restore", token);
        settings_ = connection.effective_settings();
        server_version_ = connection.server_version();
    };
    // The target cannot be renamed while we are in it.
    if (options.target == "postgres") {
        connect_to("template1");
        return;
    }
    try {
        connect_to("postgres");
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::not_found || options.target == "template1") {
            throw;
        }
        connect_to("template1");
    }
}

Connection Sessions::open(ConnectionSettings const &settings, ConnectPolicy policy,
                          std::string const &label, std::stop_token const &token) const {
    policy.label = label;
    Connection connection{settings, policy, token};
    act_as_role(connection);
    return connection;
}

void Sessions::act_as_role(Connection &connection) const {
    if (!role_.empty()) {
        connection.execute("SET ROLE " + quote_identifier(role_));
    }
}

std::unique_ptr<SteadyConnection> Sessions::open_steady(ConnectionSettings const &settings,
                                                        ConnectPolicy const &policy,
                                                        std::stop_token const &token,
                                                        SteadyTimes const &times) const {
    auto connection = std::make_unique<SteadyConnection>(settings, policy, token, times);
    act_as_role(connection->get());
    return connection;
}

Connection Sessions::maintenance(std::string const &label, std::stop_token const &token) const {
    return open(settings_, policy_, label, token);
}

std::unique_ptr<SteadyConnection> Sessions::steady(std::string const &label,
                                                   std::stop_token const &token) const {
    ConnectPolicy policy = policy_;
    policy.label = label;
    return open_steady(settings_, policy, token, {});
}

std::unique_ptr<SteadyConnection> Sessions::for_clean_up() const {
    return for_clean_up_inside(settings_.get("dbname"));
}

std::unique_ptr<SteadyConnection> Sessions::for_clean_up_inside(std::string const &database) const {
    ConnectPolicy policy = policy_;
    policy.label = "clean-up";
    policy.retries = std::min(policy.retries, 3);
    policy.retry_delay = std::min(policy.retry_delay, std::chrono::milliseconds{1000});
    SteadyTimes times;
    times.connect = kCleanUpConnect;
    auto connection = open_steady(settings_.with_database(database), policy, {}, times);
    connection->get().execute(kCleanUpSettings);
    return connection;
}

std::unique_ptr<SteadyConnection> Sessions::to_end_our_own() const {
    auto connection = for_clean_up();
    connection->get().execute("SET ROLE NONE");
    return connection;
}

void Sessions::clean_up(std::function<void(Connection &connection)> const &work) const {
    {
        auto const first = for_clean_up();
        try {
            work(first->get());
            return;
        } catch (PgError const &error) {
            if (first->get().usable()) {
                throw;
            }
            log(LogLevel::info, "{}; cleaning up is tried once more", error.what());
        }
    }
    work(for_clean_up()->get());
}

Connection Sessions::inside(std::string const &database, std::string const &label,
                            std::stop_token const &token) const {
    Connection connection = open(settings_.with_database(database), policy_, label, token);
    // The final rename commits with a flush of the log, which covers everything before it.
    // And what sessions of a backup must not do, functions of constraints and statistics may: read
    // views.
    connection.execute("SET synchronous_commit = off;"
                       "SELECT pg_catalog.set_config(name, '', false) FROM pg_catalog.pg_settings"
                       " WHERE name OPERATOR(pg_catalog.=) 'restrict_nonsystem_relation_kind'");
    return connection;
}

} // namespace pgkeep
