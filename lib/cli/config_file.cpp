#include "cli/config_file.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "cli/nearest_word.hpp"
#include "cli/option_value.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace pgkeep {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    std::size_t const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

[[noreturn]] void refuse_name(std::string const &place, std::string_view name) {
    std::vector<std::string_view> names;
    for (OptionSpec const &option : option_table()) {
        if (!option.only_command_line) {
            names.push_back(option.name);
        }
    }
    auto const nearest = nearest_word(name, names);
    throw Error{ErrorKind::configuration,
                fmt::format("{}: unknown option \"{}\"", place, printable(name)),
                nearest ? fmt::format("Did you mean \"{}\"?", *nearest)
                        : "Names are those of the long options, without dashes."};
}

// Whether one of the programs takes `name` from a configuration file.
bool is_known_anywhere(std::string_view name) {
    for (OptionSpec const &option : option_table()) {
        if (option.name == name && !option.only_command_line) {
            return true;
        }
    }
    return false;
}

void add_switch(OptionSpec const &option, std::string const &value, std::string const &where,
                Options &options) {
    auto const on = parse_switch(value);
    if (!on) {
        throw Error{ErrorKind::configuration, where + ": a switch is on or off",
                    "Write " + std::string{option.name} + " = on."};
    }
    if (*on) {
        options.add(OptionSource::configuration, option, "", where);
    } else {
        options.remove(OptionSource::configuration, option);
    }
}

void parse_line(std::string_view line, std::string const &place, Options &options) {
    if (line.starts_with('[')) {
        throw Error{ErrorKind::configuration, place + ": there are no sections in this file",
                    "One file serves all three programs; remove the line."};
    }
    std::size_t const equals = line.find('=');
    std::string_view const name = trimmed(line.substr(0, equals));
    if (!is_known_anywhere(name)) {
        if (find_option(name) != nullptr) {
            throw Error{ErrorKind::configuration,
                        fmt::format("{}: \"{}\" belongs on the command line", place, name)};
        }
        refuse_name(place, name);
    }
    if (equals == std::string_view::npos) {
        throw Error{ErrorKind::configuration, fmt::format("{}: \"{}\" has no value", place, name),
                    "Write name = value; a switch is on or off."};
    }
    OptionSpec const *option = find_option(options.program(), name);
    if (option == nullptr || option->only_command_line) {
        return;
    }
    std::string const value{trimmed(line.substr(equals + 1))};
    std::string const where = place + ": " + std::string{name};
    if (option->is_switch()) {
        add_switch(*option, value, where, options);
    } else {
        options.add(OptionSource::configuration, *option, value, where);
    }
}

} // namespace

void parse_config_file(std::string_view text, std::string const &path, Options &options) {
    for (int number = 1; !text.empty(); ++number) {
        std::size_t const end = text.find('\n');
        std::string_view const line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.empty() && line.front() != '#' && line.front() != ';') {
            parse_line(line, fmt::format("{}:{}", path, number), options);
        }
    }
}

void read_config_file(std::string const &path, Options &options) {
    std::string text;
    try {
        text = read_small_file(path);
    } catch (Error const &error) {
        throw Error{ErrorKind::configuration, error.what(), error.hint()};
    }
    parse_config_file(text, path, options);
}

std::vector<std::string> default_config_files() {
    std::vector<std::string> files{"/etc/pgkeep/pgkeep.conf"};
    char const *config_home = std::getenv("XDG_CONFIG_HOME");
    char const *home = std::getenv("HOME");
    if (config_home != nullptr && *config_home == '/') {
        files.push_back(std::string{config_home} + "/pgkeep/pgkeep.conf");
    } else if (home != nullptr && *home != '\0') {
        files.push_back(std::string{home} + "/.config/pgkeep/pgkeep.conf");
    }
    return files;
}

} // namespace pgkeep
