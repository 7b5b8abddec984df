#include "cli/load_options.hpp"

#include "cli/command_line.hpp"
#include "cli/config_file.hpp"

#include <unistd.h>

#include <cstdlib>

namespace pgkeep {

namespace {

constexpr char kRepositoryVariable[] = "PGKEEP_REPOSITORY";

void add_environment(OptionWorld const &world, Options &options) {
    auto const at = world.environment.find(kRepositoryVariable);
    if (at != world.environment.end() && !at->second.empty()) {
        options.add(OptionSource::environment, *find_option(options.program(), "repository"),
                    at->second, kRepositoryVariable);
    }
}

void add_config_files(OptionWorld const &world, Options &options) {
    if (auto const named = options.text("config")) {
        read_config_file(*named, options);
        return;
    }
    for (std::string const &file : world.config_files) {
        if (::access(file.c_str(), F_OK) == 0) {
            read_config_file(file, options);
        }
    }
}

} // namespace

OptionWorld OptionWorld::of_this_process() {
    OptionWorld world;
    if (char const *repository = std::getenv(kRepositoryVariable)) {
        world.environment[kRepositoryVariable] = repository;
    }
    world.config_files = default_config_files();
    return world;
}

Options load_options(ProgramId program, std::vector<std::string> const &arguments,
                     OptionWorld const &world) {
    Options options{program};
    parse_command_line(arguments, options);
    // Texts that must be had although a file is wrong.
    bool const about = options.has("help") || options.has("version") || options.has("print-config");
    if (!about) {
        add_environment(world, options);
        add_config_files(world, options);
    }
    return options;
}

} // namespace pgkeep
