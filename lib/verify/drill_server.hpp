// The throw-away server of a drill, and how to reach it.
//
// Thread-safety: as ScratchServer.

#pragma once

#include "pg/connection_settings.hpp"
#include "scratch/server.hpp"
#include "verify/drill_subject.hpp"
#include "verify/verify.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace pgkeep {

// Throws Error{configuration} when a variable of the environment would lead libpq to another server
// whatever it is told.
void require_usable_environment();

// Of the subject's major version when that is installed, else the next newer. Throws Error when
// there is none or it does not start.
[[nodiscard]] std::unique_ptr<ScratchServer> start_drill_server(DrillSubject const &subject,
                                                                DrillOptions const &options,
                                                                std::stop_token const &token);

// Says all that variables of the environment might say otherwise.
[[nodiscard]] ConnectionSettings drill_connection(ScratchServer const &server);

// The last error in the server's log, one line; empty when there is none.
[[nodiscard]] std::string last_server_error(std::string_view log_text);

// Whether the log says that the server was told to end, by any of its three signals.
[[nodiscard]] bool was_shut_down(std::string_view log_text);

// Whether the disk of the server's folder is as good as full.
[[nodiscard]] bool disk_is_full(ScratchServer const &server);

} // namespace pgkeep
