// The manual page of a program, as roff with the macros of man(7).
//
// Thread-safety: pure functions.

#pragma once

#include "cli/option_table.hpp"

#include <string>
#include <string_view>

namespace pgkeep {

[[nodiscard]] std::string format_man_page(ProgramId program);

// `text` so that roff prints it as it is; text between backticks in bold.
[[nodiscard]] std::string roff_text(std::string_view text);

} // namespace pgkeep
