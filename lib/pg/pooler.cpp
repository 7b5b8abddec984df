#include "pg/pooler.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "pg/interrupter.hpp"

#include <libpq-fe.h>

#include <mutex>
#include <set>

namespace pgkeep {

namespace {

// True for the first caller.
bool is_first_time(std::string const &place) {
    static std::mutex mutex;
    static std::set<std::string> known;
    std::scoped_lock const lock{mutex};
    return known.insert(place).second;
}

// The server process that serves a second client; empty when it gets none, because the pool is
// full.
std::string process_of_another(ConnectionSettings const &settings, ConnectPolicy policy,
                               std::stop_token const &token) {
    policy.label = "pooler";
    policy.retries = 0;
    ConnectionHandle const other = open_connection(settings, policy, token);
    Interrupter const interrupter{other.get(), token};
    Result const answer{PQexec(other.get(), "SELECT pg_catalog.pg_backend_pid()")};
    return PQresultStatus(answer.raw()) == PGRES_TUPLES_OK ? answer.str(0, 0) : std::string{};
}

} // namespace

bool is_behind_pooler(pg_conn *connection, int server_process) {
    return PQbackendPID(connection) != server_process;
}

void refuse_lent_sessions(ConnectionSettings const &settings, ConnectPolicy const &policy,
                          int server_process, std::stop_token const &token) {
    if (!is_first_time(settings.describe())) {
        return;
    }
    std::string process;
    try {
        process = process_of_another(settings, policy, token);
    } catch (PgError const &error) {
        log(LogLevel::info, "the mode of the pooler is not known yet: {}", error.what());
    }
    if (process == std::to_string(server_process)) {
        throw lent_session(settings);
    }
}

Error lent_session(ConnectionSettings const &settings) {
    return {ErrorKind::connection,
            "the pooler at " + settings.describe() +
                " lends a session of the server for one transaction or statement only",
            "Connect to the server itself, or to a pooler in session mode (PgBouncer: pool_mode = "
            "session); settings of ours would stay in sessions of the application."};
}

} // namespace pgkeep
