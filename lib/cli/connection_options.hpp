// How to connect, made from the options, the environment and files.
//
// Thread-safety: one thread.

#pragma once

#include "cli/options.hpp"
#include "pg/connection.hpp"
#include "pg/connection_settings.hpp"

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace pgkeep {

// What the options and the configuration file say, for resolve_connection().
[[nodiscard]] ConnectionInputs connection_inputs(Options const &options,
                                                 std::map<std::string, std::string> environment);

// Resolved against the environment of this process; notes go to the log. `dbname` stands for a -d
// that was not given.
[[nodiscard]] ConnectionSettings connection_settings(Options const &options,
                                                     std::optional<std::string> const &dbname = {});

// Retries, and the question for a password unless -w or without a terminal. An answer is kept for
// the whole run.
[[nodiscard]] ConnectPolicy connect_policy(Options const &options, std::string label,
                                           std::stop_token const &token);

// The database name in a -d value; empty when it has none.
[[nodiscard]] std::string database_of(std::string_view connection_text);

// -j, or the number of processors, at most 4.
[[nodiscard]] unsigned jobs_of(Options const &options);

} // namespace pgkeep
