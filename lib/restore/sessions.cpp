#include "restore/sessions.hpp"

#include "model/sql_text.hpp"

#include <algorithm>

namespace pgkeep {

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
    if (!role_.empty()) {
        connection.execute("SET ROLE " + quote_identifier(role_));
    }
    return connection;
}

Connection Sessions::maintenance(std::string const &label, std::stop_token const &token) const {
    return open(settings_, policy_, label, token);
}

Connection Sessions::for_clean_up() const {
    ConnectPolicy policy = policy_;
    policy.retries = std::min(policy.retries, 3);
    policy.retry_delay = std::min(policy.retry_delay, std::chrono::milliseconds{1000});
    return open(settings_, policy, "clean-up", {});
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
