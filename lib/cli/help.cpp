#include "cli/help.hpp"

#include "cli/program_info.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kTextColumn = 31;

std::string summary_of(OptionSpec const &option) {
    std::string text{option.summary};
    if (!option.default_text.empty()) {
        text.append(" (default: ").append(option.default_text).append(")");
    }
    return text;
}

std::string format_option(OptionSpec const &option) {
    std::string out = "  " + option_forms(option, true);
    bool at_column = out.size() + 2 <= kTextColumn;
    for (std::string const &line : wrap_words(summary_of(option), kWidth - kTextColumn)) {
        if (at_column) {
            out.append(kTextColumn - out.size(), ' ');
            at_column = false;
        } else {
            out += '\n' + std::string(kTextColumn, ' ');
        }
        out += line;
    }
    return out + '\n';
}

} // namespace

std::vector<OptionSpec const *> options_of(ProgramId program, OptionGroup group) {
    std::vector<OptionSpec const *> options;
    for (OptionSpec const &option : option_table()) {
        if (option.programs.has(program) && option.group == group) {
            options.push_back(&option);
        }
    }
    return options;
}

std::string option_forms(OptionSpec const &option, bool align) {
    std::string forms;
    if (option.letter != '\0') {
        forms.append("-").append(1, option.letter).append(", ");
    } else if (align) {
        forms.append(4, ' ');
    }
    forms.append("--").append(option.name);
    if (!option.is_switch()) {
        forms.append("=").append(option.value);
    }
    return forms;
}

std::vector<std::string> wrap_words(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    std::string line;
    while (!text.empty()) {
        std::string_view const word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!line.empty() && line.size() + 1 + word.size() > width) {
            lines.push_back(std::move(line));
            line.clear();
        }
        line.append(line.empty() ? "" : " ").append(word);
    }
    lines.push_back(std::move(line));
    return lines;
}

std::string format_help(ProgramId program) {
    ProgramInfo const &info = program_info(program);
    std::string out = std::string{info.name} + ": " + std::string{info.summary} + "\n\nUsage:\n  " +
                      std::string{info.name} + ' ' + std::string{info.arguments} + '\n';
    for (int group = 0; group < kGroupCount; ++group) {
        auto const options = options_of(program, static_cast<OptionGroup>(group));
        if (options.empty()) {
            continue;
        }
        out += '\n' + std::string{group_heading(static_cast<OptionGroup>(group))} + ":\n";
        for (OptionSpec const *option : options) {
            out += format_option(*option);
        }
    }
    out += "\nThe manual page " + std::string{info.name} +
           "(1) has more on each option, and the exit codes.\n";
    return out;
}

} // namespace pgkeep
