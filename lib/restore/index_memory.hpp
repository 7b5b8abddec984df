// How much memory the index builds of a restore may use.
//
// The default of a server (64 MiB) makes large sorts go to disk. A server on this machine may have
// more, a share of the machine's memory; of any other server the machine is not known, and its own
// setting stays.
//
// Thread-safety: pure functions, apart from memory_of_server_machine(), which asks the system.

#pragma once

#include "pg/connection_settings.hpp"

#include <cstdint>
#include <string>

namespace pgkeep {

// In bytes; 0 when the server is, or may be, on another machine.
[[nodiscard]] std::uint64_t memory_of_server_machine(ConnectionSettings const &settings);

// A value for maintenance_work_mem: a sixteenth of `memory` for each job, not above 1 GiB and not
// below the server's own setting, both in bytes.
[[nodiscard]] std::string maintenance_work_mem(std::uint64_t memory, unsigned jobs,
                                               std::uint64_t server_setting);

} // namespace pgkeep
