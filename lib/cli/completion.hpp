// Shell completion of the three programs, made from the table of options.
//
// Thread-safety: pure functions.

#pragma once

#include "cli/option_table.hpp"

#include <string>

namespace pgkeep {

// One file for all programs, for <prefix>/share/bash-completion/completions/.
[[nodiscard]] std::string format_bash_completion();
// The file `_<program>` for <prefix>/share/zsh/site-functions/.
[[nodiscard]] std::string format_zsh_completion(ProgramId program);

} // namespace pgkeep
