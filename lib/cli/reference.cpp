#include "cli/reference.hpp"

#include "base/error.hpp"
#include "cli/help.hpp"
#include "cli/manual_text.hpp"
#include "cli/program_info.hpp"

namespace pgkeep {

namespace {

// What would be markup outside of `code`.
std::string markdown_text(std::string_view text) {
    std::string out;
    bool code = false;
    for (char const c : text) {
        code = code != (c == '`');
        if (!code && (c == '*' || c == '_' || c == '<' || c == '|' || c == '[' || c == ']')) {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string bullet(std::string_view name, std::string_view meaning) {
    return "* `" + std::string{name} + "`: " + markdown_text(meaning) + '\n';
}

std::string format_options(ProgramId program) {
    std::string out;
    for (int group = 0; group < kGroupCount; ++group) {
        auto const options = options_of(program, static_cast<OptionGroup>(group));
        if (!options.empty()) {
            out += "\n### " + std::string{group_heading(static_cast<OptionGroup>(group))} + "\n\n";
        }
        for (OptionSpec const *option : options) {
            out += bullet(option_forms(*option, false), describe_option(*option));
        }
    }
    return out;
}

std::string format_program(ProgramId program) {
    ProgramInfo const &info = program_info(program);
    std::string out = "\n## " + std::string{info.name} + "\n\n    " + std::string{info.name} + ' ' +
                      std::string{info.arguments} + "\n\n" + markdown_text(info.details) + '\n';
    out += format_options(program) + "\n### Examples\n";
    for (ProgramExample const &example : info.examples) {
        out += '\n' + markdown_text(example.purpose) + "\n\n    " + std::string{example.command} +
               '\n';
    }
    return out;
}

std::string format_exit_codes() {
    std::string out = "\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n";
    for (ExitCodeRow const &row : exit_code_table()) {
        out += "| " + std::to_string(row.code) + " | " + markdown_text(row.meaning) + " |\n";
    }
    return out;
}

std::string format_configuration() {
    std::string out =
        "\n## Configuration and environment\n\n" + markdown_text(configuration_text()) + "\n\n";
    for (NamedThing const &thing : environment_variables()) {
        out += bullet(thing.name, thing.meaning);
    }
    for (NamedThing const &thing : configuration_files()) {
        out += bullet(thing.name, thing.meaning);
    }
    return out;
}

} // namespace

std::string format_reference() {
    std::string out = "# Reference\n\n"
                      "Made from the table of options in `lib/cli`; do not edit. Habits of "
                      "PostgreSQL's own programs "
                      "hold: long options take `=`, short ones can be bundled, and results go to "
                      "stdout, everything else to "
                      "stderr.\n";
    for (ProgramId const program : kAllPrograms) {
        out += format_program(program);
    }
    return out + format_exit_codes() + format_configuration();
}

} // namespace pgkeep
