// The help screen of a program: usage and its options by group, in 80 columns.
//
// Thread-safety: pure functions.

#pragma once

#include "cli/option_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

[[nodiscard]] std::string format_help(ProgramId program);

// The rows of `program` in one group, in the order of the table.
[[nodiscard]] std::vector<OptionSpec const *> options_of(ProgramId program, OptionGroup group);

// `-d, --dbname=CONNSTR`; without a letter four blanks stand in its place when `align` is set.
[[nodiscard]] std::string option_forms(OptionSpec const &option, bool align);

// `text` as lines of at most `width` columns, broken at blanks; a word that is longer stands alone.
[[nodiscard]] std::vector<std::string> wrap_words(std::string_view text, std::size_t width);

} // namespace pgkeep
