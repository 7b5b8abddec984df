#include "cli/command_line.hpp"

#include "base/error.hpp"
#include "cli/program_info.hpp"
#include "model/nearest_word.hpp"
#include "model/sql_text.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace pgkeep {

namespace {

namespace po = boost::program_options;

po::options_description describe_options(ProgramId program) {
    po::options_description description;
    for (OptionSpec const &option : option_table()) {
        if (!option.programs.has(program)) {
            continue;
        }
        std::string names{option.name};
        if (option.letter != '\0') {
            names.append(",").append(1, option.letter);
        }
        if (option.is_switch()) {
            description.add_options()(names.c_str(), "");
        } else {
            description.add_options()(names.c_str(), po::value<std::string>(), "");
        }
    }
    return description;
}

constexpr int kStyle =
    po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
    po::command_line_style::long_allow_next | po::command_line_style::allow_short |
    po::command_line_style::allow_dash_for_short | po::command_line_style::short_allow_adjacent |
    po::command_line_style::short_allow_next | po::command_line_style::allow_sticky;

std::string help_hint(ProgramId program) {
    return fmt::format("Try \"{} --help\".", program_info(program).name);
}

// What could be said of a name that `program` does not know.
std::string unknown_hint(ProgramId program, std::string const &name) {
    for (ProgramId const other : kAllPrograms) {
        if (find_option(other, name) != nullptr) {
            return fmt::format("It is an option of {}.", program_info(other).name);
        }
    }
    std::vector<std::string_view> names;
    for (OptionSpec const &option : option_table()) {
        if (option.programs.has(program)) {
            names.push_back(option.name);
        }
    }
    auto const nearest = nearest_word(name, names);
    return nearest ? fmt::format("Did you mean \"--{}\"? ", *nearest) + help_hint(program)
                   : help_hint(program);
}

// The first letter of a bundle such as `-vy` that is no option.
std::string unknown_letter(ProgramId program, std::string const &token) {
    for (char const letter : token.substr(1)) {
        auto const is_letter = [&](OptionSpec const &option) {
            return option.programs.has(program) && option.letter == letter;
        };
        if (std::none_of(option_table().begin(), option_table().end(), is_letter)) {
            return {'-', letter};
        }
    }
    return token;
}

// The value of an unknown option is not repeated: it may be a secret.
[[noreturn]] void refuse_unknown(ProgramId program, std::string const &token) {
    if (!token.starts_with("--")) {
        throw Error{ErrorKind::usage,
                    fmt::format("unknown option \"{}\"", printable(unknown_letter(program, token))),
                    help_hint(program)};
    }
    std::string const name = token.substr(2, token.find('=') - 2);
    throw Error{ErrorKind::usage, fmt::format("unknown option \"--{}\"", printable(name)),
                unknown_hint(program, name)};
}

std::string with_dashes(std::string const &name) {
    return name.starts_with('-') ? name : "--" + name;
}

[[noreturn]] void refuse_syntax(ProgramId program, po::invalid_command_line_syntax const &problem) {
    using Syntax = po::invalid_syntax;
    std::string const name = with_dashes(problem.get_option_name());
    switch (problem.kind()) {
    case Syntax::missing_parameter:
    case Syntax::empty_adjacent_parameter:
        throw Error{ErrorKind::usage, name + " needs a value", help_hint(program)};
    case Syntax::extra_parameter:
        throw Error{ErrorKind::usage, name + " takes no value", help_hint(program)};
    default:
        throw Error{ErrorKind::usage, problem.what(), help_hint(program)};
    }
}

po::parsed_options run_parser(std::vector<std::string> const &arguments, ProgramId program) {
    po::options_description const description = describe_options(program);
    try {
        po::parsed_options parsed = po::command_line_parser(arguments)
                                        .options(description)
                                        .style(kStyle)
                                        .allow_unregistered()
                                        .run();
        parsed.description = nullptr; // it ends with this function
        return parsed;
    } catch (po::invalid_command_line_syntax const &problem) {
        refuse_syntax(program, problem);
    } catch (po::error const &problem) {
        throw Error{ErrorKind::usage, problem.what(), help_hint(program)};
    }
}

std::string spelling(OptionSpec const &option, std::string const &token) {
    return token.starts_with("--") || option.letter == '\0' ? "--" + std::string{option.name}
                                                            : "-" + std::string(1, option.letter);
}

} // namespace

void parse_command_line(std::vector<std::string> const &arguments, Options &options) {
    ProgramId const program = options.program();
    for (po::option const &given : run_parser(arguments, program).options) {
        if (given.position_key >= 0) {
            options.add_argument(given.value.front());
            continue;
        }
        std::string const token =
            given.original_tokens.empty() ? given.string_key : given.original_tokens.front();
        OptionSpec const *option = find_option(program, given.string_key);
        if (given.unregistered || option == nullptr) {
            refuse_unknown(program, token);
        }
        options.add(OptionSource::command_line, *option,
                    given.value.empty() ? "" : given.value.front(), spelling(*option, token));
    }
}

} // namespace pgkeep
