// docs/reference.md: the three programs, their options, exit codes and configuration.
//
// Thread-safety: pure function.

#pragma once

#include <string>

namespace pgkeep {

[[nodiscard]] std::string format_reference();

} // namespace pgkeep
