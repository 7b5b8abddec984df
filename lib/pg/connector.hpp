// Getting connected: attempts, their time limit, asking for a password, and waiting between
// attempts.
//
// All waiting ends when the token fires, except for the name server's answer, which libpq waits for
// itself.
//
// Thread-safety: functions without shared state; the handle belongs to one thread at a time.

#pragma once

#include "pg/connection.hpp"

#include <memory>
#include <stop_token>

namespace pgkeep {

struct FinishConnection {
    void operator()(pg_conn *connection) const noexcept;
};
using ConnectionHandle = std::unique_ptr<pg_conn, FinishConnection>;

// A connection that is ready for its first statement, or PgError, or Error{cancelled}.
[[nodiscard]] ConnectionHandle open_connection(ConnectionSettings settings,
                                               ConnectPolicy const &policy,
                                               std::stop_token const &token);

// What reaches the same server again: PQconninfo() with the host, port, user and password that were
// used.
[[nodiscard]] ConnectionSettings read_effective_settings(pg_conn *connection);

} // namespace pgkeep
