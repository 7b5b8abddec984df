// One attempt to connect, with a time limit for each address and a token that ends it.
//
// libpq's own PQconnectdb() can neither be interrupted nor, in its asynchronous form, keep to
// connect_timeout.
//
// Thread-safety: one thread.

#pragma once

#include "pg/connector.hpp"

#include <chrono>
#include <stop_token>
#include <string>

namespace pgkeep {

struct AttemptResult {
    ConnectionHandle connection; // connected unless `failure` has a text
    std::string failure;         // libpq's, with SQLSTATE
    bool connected = false;
    bool timed_out = false; // at least one address did not answer in time
};

// Throws Error{cancelled}, and Error{usage} for a connect_timeout that is no number.
[[nodiscard]] AttemptResult attempt_connection(ConnectionSettings const &settings,
                                               std::string const &label,
                                               std::stop_token const &token);

// connect_timeout of the settings; 15 s when there is none, no value for 0 (wait for ever).
[[nodiscard]] std::optional<std::chrono::seconds>
connect_timeout(ConnectionSettings const &settings);

} // namespace pgkeep
