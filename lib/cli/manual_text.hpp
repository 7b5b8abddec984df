// The texts of the tables as paragraphs, for the generators of man pages and reference.
//
// Thread-safety: pure functions.

#pragma once

#include "cli/option_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// Divided at empty lines.
[[nodiscard]] std::vector<std::string_view> paragraphs(std::string_view text);

// Summary as a sentence, details, default value, and whether it may be repeated.
[[nodiscard]] std::string describe_option(OptionSpec const &option);

} // namespace pgkeep
