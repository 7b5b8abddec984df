// The command line of a program, by the table of options.
//
// Habits of PostgreSQL's programs hold: `--name=value` and `--name value`, `-d x` and `-dx`,
// bundled switches (`-vq`), options and arguments in any order, `--` before arguments that begin
// with a dash. A long option must be spelt out.
//
// Thread-safety: pure functions.

#pragma once

#include "cli/options.hpp"

#include <string>
#include <vector>

namespace pgkeep {

// Adds what `arguments` (without the program's name) say. Throws Error{usage} that names the
// option, with the nearest right one as its hint.
void parse_command_line(std::vector<std::string> const &arguments, Options &options);

} // namespace pgkeep
