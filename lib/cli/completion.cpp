#include "cli/completion.hpp"

#include "cli/program_info.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pgkeep {

namespace {

bool takes_file(OptionSpec const &option) {
    return option.value == "FILE";
}

bool takes_folder(OptionSpec const &option) {
    return option.value == "DIR";
}

// `--check=` for one that takes a value, so that the shell goes on with the value.
std::string words_of(ProgramId program) {
    std::string words;
    for (OptionSpec const &option : option_table()) {
        if (option.programs.has(program)) {
            words += fmt::format("{}--{}{}", words.empty() ? "" : " ", option.name,
                                 option.is_switch() ? "" : "=");
        }
    }
    return words;
}

// What completes the value of each option: a `case` branch.
std::string value_branches(ProgramId program) {
    std::string branches;
    for (OptionSpec const &option : option_table()) {
        if (!option.programs.has(program) || option.is_switch()) {
            continue;
        }
        std::string action;
        if (!option.choices.empty()) {
            action = fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$value\"))",
                                 fmt::join(option.choices, " "));
        } else if (takes_file(option) || takes_folder(option)) {
            action = fmt::format("compopt -o filenames; COMPREPLY=($(compgen -{} -- \"$value\"))",
                                 takes_folder(option) ? 'd' : 'f');
        }
        if (!action.empty()) {
            branches += fmt::format("        {}:--{}) {} ;;\n", program_info(program).name,
                                    option.name, action);
        }
    }
    return branches;
}

// In zsh's _arguments a colon, a bracket and a backslash of a text are escaped, and the whole is
// quoted.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (c == ':' || c == '[' || c == ']' || c == '\\') {
            out += '\\';
        }
        out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    }
    return out;
}

std::string zsh_value(OptionSpec const &option) {
    if (!option.choices.empty()) {
        return fmt::format("({})", fmt::join(option.choices, " "));
    }
    return takes_folder(option) ? "_files -/" : takes_file(option) ? "_files" : " ";
}

} // namespace

std::string format_bash_completion() {
    std::string names;
    std::string options;
    std::string values;
    for (ProgramId const program : kAllPrograms) {
        names += " " + std::string{program_info(program).name};
        options += fmt::format("        {}) words='{}' ;;\n", program_info(program).name,
                               words_of(program));
        values += value_branches(program);
    }
    return "# Completion for" + names +
           " in bash. Generated from the table of options.\n\n"
           "_pgkeep()\n{\n"
           "    local program=${COMP_WORDS[0]##*/} word=${COMP_WORDS[COMP_CWORD]} option='' "
           "value='' "
           "words=''\n"
           "    COMPREPLY=()\n"
           "    # bash divides --option=value into three words.\n"
           "    if [[ $word == '=' ]]; then\n"
           "        option=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    elif [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[COMP_CWORD - 1]} == '=' ]]; then\n"
           "        option=${COMP_WORDS[COMP_CWORD - 2]} value=$word\n"
           "    fi\n"
           "    if [[ -n $option ]]; then\n"
           "        case $program:$option in\n" +
           values +
           "        esac\n"
           "        return\n"
           "    fi\n"
           "    if [[ $word != -* ]]; then\n"
           "        compopt -o filenames 2>/dev/null\n"
           "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
           "        return\n"
           "    fi\n"
           "    case $program in\n" +
           options +
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace "
           "2>/dev/null\n"
           "}\n\ncomplete -F _pgkeep" +
           names + "\n";
}

std::string format_zsh_completion(ProgramId program) {
    std::string text = fmt::format("#compdef {}\n# Generated from the table of options.\n\n"
                                   "_arguments -s -S \\\n",
                                   program_info(program).name);
    for (OptionSpec const &option : option_table()) {
        if (!option.programs.has(program)) {
            continue;
        }
        std::string const summary = zsh_text(option.summary);
        std::string const repeat = option.repeatable ? "*" : "";
        std::string const value =
            option.is_switch() ? ""
                               : fmt::format(":{}:{}", zsh_text(option.value), zsh_value(option));
        text += fmt::format("  '{}--{}{}[{}]{}' \\\n", repeat, option.name,
                            option.is_switch() ? "" : "=", summary, value);
        if (option.letter != '\0') {
            text += fmt::format("  '{}-{}{}[{}]{}' \\\n", repeat, option.letter,
                                option.is_switch() ? "" : "+", summary, value);
        }
    }
    return text + "  '*:archive or name:_files'\n";
}

} // namespace pgkeep
