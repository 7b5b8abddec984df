// Poolers between us and the server, such as PgBouncer.
//
// One that gives each client a session of its own (session mode) is as good as the server itself,
// apart from settings at connection time, which it refuses. One that lends a session for a
// transaction or a statement is of no use: our settings would be lost, so that rows are written in
// another form or hidden by a policy, and, worse, they would stay with the sessions of the
// application.
//
// Thread-safety: any thread.

#pragma once

#include "pg/connection_settings.hpp"
#include "pg/connector.hpp"

namespace pgkeep {

// Whether what we are connected to is the server; `server_process` is what the server says that it
// is.
[[nodiscard]] bool is_behind_pooler(pg_conn *connection, int server_process);

// Throws Error{connection} when a second client gets the session that the first one, who keeps
// its connection meanwhile, has: then the pooler lends them. `server_process` is that of the first.
// Asked once for each database of a pooler, since it takes a session more.
void refuse_lent_sessions(ConnectionSettings const &settings, ConnectPolicy const &policy,
                          int server_process, std::stop_token const &token);

// The error for sessions that turned out to be lent.
[[nodiscard]] Error lent_session(ConnectionSettings const &settings);

} // namespace pgkeep
