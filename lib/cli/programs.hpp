// The work of the three programs, for run_program(). Each returns an exit code or throws Error.
//
// Thread-safety: called once, from the main thread.

#pragma once

#include "cli/frame.hpp"

namespace pgkeep {

[[nodiscard]] int run_backup(Run &run);
[[nodiscard]] int run_restore(Run &run);
[[nodiscard]] int run_verify(Run &run);

} // namespace pgkeep
