// The settings that every session is opened with: what pg_dump pins, and what a hash of COPY text
// needs.
//
// Each is one row with its reason. Not for settings of one transaction (lock_timeout): those are
// SET LOCAL where they are needed.
//
// Thread-safety: pure functions.

#pragma once

#include <string>

namespace pgkeep {

// All settings in one text of statements, so one round trip. `server_version` as PQserverVersion()
// tells it; `encoding` is the database's own.
[[nodiscard]] std::string session_settings_sql(int server_version, std::string const &encoding);

// One more for sessions that only read tables, outside a transaction. Not for those of a restore:
// loading may run functions of constraints and indexes that read views.
[[nodiscard]] std::string reader_settings_sql();

} // namespace pgkeep
