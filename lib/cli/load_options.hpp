// All options of a run, from everywhere they may stand.
//
// Thread-safety: one thread; reads the environment and the configuration files.

#pragma once

#include "cli/options.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgkeep {

// Where a run's options come from, apart from its arguments; a test gives its own.
struct OptionWorld {
    std::map<std::string, std::string> environment; // PGKEEP_REPOSITORY
    std::vector<std::string> config_files;          // read in this order when they exist
    static OptionWorld of_this_process();
};

// `arguments` without the program's name. With --help, --version or --print-config
// nothing else is read.
// Throws Error{usage} and Error{configuration}.
[[nodiscard]] Options load_options(ProgramId program, std::vector<std::string> const &arguments,
                                   OptionWorld const &world);

} // namespace pgkeep
