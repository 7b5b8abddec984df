// The manual pages, of each program and of the configuration file, as roff with the macros of
// man(7).
//
// Thread-safety: pure functions.

#pragma once

#include "cli/option_table.hpp"

#include <string>
#include <string_view>

namespace pgkeep {

[[nodiscard]] std::string format_man_page(ProgramId program);

// pgkeep.conf(5): every option that a configuration file may have, and who reads it.
[[nodiscard]] std::string format_config_page();

// `text` so that roff prints it as it is; text between backticks in bold.
[[nodiscard]] std::string roff_text(std::string_view text);

} // namespace pgkeep
