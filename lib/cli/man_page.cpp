#include "cli/man_page.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "cli/help.hpp"
#include "cli/manual_text.hpp"
#include "cli/program_info.hpp"

#include <fmt/format.h>

#include <cctype>

namespace pgkeep {

namespace {

std::string upper_case(std::string_view text) {
    std::string out;
    for (char const c : text) {
        out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return out;
}

std::string term(std::string_view name, std::string_view meaning) {
    return ".TP\n\\fB" + roff_text(name) + "\\fR\n" + roff_text(meaning) + '\n';
}

std::string format_paragraphs(std::string_view text) {
    std::string out;
    for (std::string_view const paragraph : paragraphs(text)) {
        out += out.empty() ? "" : ".PP\n";
        out += roff_text(paragraph) + '\n';
    }
    return out;
}

std::string format_title(std::string_view name, std::string_view section,
                         std::string_view summary) {
    return fmt::format(".TH \"{}\" \"{}\" \"\" \"pgkeep {}\" \"pgkeep\"\n.SH NAME\n{} \\- {}\n",
                       roff_text(upper_case(name)), section, roff_text(pgkeep_version()),
                       roff_text(name), roff_text(summary));
}

std::string format_head(ProgramInfo const &info) {
    return format_title(info.name, "1", info.summary) + ".SH SYNOPSIS\n\\fB" +
           roff_text(info.name) + "\\fR " + roff_text(info.arguments) + "\n.SH DESCRIPTION\n" +
           format_paragraphs(info.details);
}

std::string format_options(ProgramId program) {
    std::string out = ".SH OPTIONS\n";
    for (int group = 0; group < kGroupCount; ++group) {
        auto const options = options_of(program, static_cast<OptionGroup>(group));
        if (!options.empty()) {
            out += ".SS " + roff_text(group_heading(static_cast<OptionGroup>(group))) + '\n';
        }
        for (OptionSpec const *option : options) {
            out += term(option_forms(*option, false), describe_option(*option));
        }
    }
    return out;
}

std::string format_exit_codes() {
    std::string out = ".SH EXIT STATUS\n";
    for (ExitCodeRow const &row : exit_code_table()) {
        out += term(std::to_string(row.code), row.meaning);
    }
    return out;
}

std::string format_things(std::string_view heading, std::span<NamedThing const> things) {
    std::string out = ".SH " + std::string{heading} + '\n';
    for (NamedThing const &thing : things) {
        out += term(thing.name, thing.meaning);
    }
    return out;
}

std::string format_examples(ProgramInfo const &info) {
    std::string out = ".SH EXAMPLES\n";
    for (ProgramExample const &example : info.examples) {
        out += ".PP\n" + roff_text(example.purpose) + "\n.PP\n.RS 4\n.nf\n" +
               roff_text(example.command) + "\n.fi\n.RE\n";
    }
    return out;
}

std::string format_see_also(ProgramId self) {
    std::string out = ".SH SEE ALSO\n";
    for (ProgramId const program : kAllPrograms) {
        if (program != self) {
            out += "\\fB" + roff_text(program_info(program).name) + "\\fR(1),\n";
        }
    }
    return out + "\\fBpgkeep.conf\\fR(5),\n\\fBpg_dump\\fR(1),\n\\fBpg_restore\\fR(1)\n";
}

std::string readers_of(OptionSpec const &option) {
    std::string names;
    for (ProgramId const program : kAllPrograms) {
        if (option.programs.has(program)) {
            names.append(names.empty() ? "" : ", ").append(program_info(program).name);
        }
    }
    return names;
}

std::string format_setting(OptionSpec const &option) {
    std::string_view const value = option.is_switch() ? "on|off" : option.value;
    return term(std::string{option.name} + " = " + std::string{value},
                describe_option(option) + " Read by " + readers_of(option) +
                    (option.per_database ? ", also from a section." : "."));
}

std::string format_settings() {
    std::string out = ".SH SETTINGS\n";
    for (int group = 0; group < kGroupCount; ++group) {
        std::string settings;
        for (OptionSpec const &option : option_table()) {
            if (option.group == static_cast<OptionGroup>(group) && !option.only_command_line) {
                settings += format_setting(option);
            }
        }
        if (!settings.empty()) {
            out += ".SS " + roff_text(group_heading(static_cast<OptionGroup>(group))) + '\n';
        }
        out += settings;
    }
    return out;
}

// What a first configuration looks like; cron/pgkeep.conf is the longer one.
constexpr std::string_view kConfigExample = "repository = /var/backups/pgkeep\n"
                                            "keep-daily = 14\n"
                                            "keep-weekly = 8\n"
                                            "keep-monthly = 12\n"
                                            "exclude-database = scratch_*";

} // namespace

std::string roff_text(std::string_view text) {
    std::string out;
    bool bold = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        bool const line_start = i == 0 || text[i - 1] == '\n';
        if (line_start && (c == '.' || c == '\'')) {
            out += "\\&";
        }
        if (c == '`') {
            bold = !bold;
            out += bold ? "\\fB" : "\\fR";
        } else if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '~') {
            out += "\\(ti";
        } else if (c == '\'') {
            out += "\\(aq";
        } else if (c == '"') {
            out += "\\(dq";
        } else if (text.substr(i, 3) == "…") {
            out += "...";
            i += 2;
        } else {
            out += c;
        }
    }
    return out;
}

std::string format_man_page(ProgramId program) {
    ProgramInfo const &info = program_info(program);
    return format_head(info) + format_options(program) + format_exit_codes() +
           ".SH CONFIGURATION\n" + format_paragraphs(configuration_text()) +
           format_things("ENVIRONMENT", environment_variables()) +
           format_things("FILES", configuration_files()) + format_examples(info) +
           format_see_also(program);
}

std::string format_config_page() {
    return format_title("pgkeep.conf", "5", "what the programs of pgkeep do by default") +
           ".SH DESCRIPTION\n" + format_paragraphs(configuration_text()) + format_settings() +
           format_things("ENVIRONMENT", environment_variables()) +
           format_things("FILES", configuration_files()) + ".SH EXAMPLES\n.PP\n.RS 4\n.nf\n" +
           roff_text(kConfigExample) +
           "\n.fi\n.RE\n.SH SEE ALSO\n\\fBpgkeep\\-backup\\fR(1),\n\\fBpgkeep\\-restore\\fR(1),\n"
           "\\fBpgkeep\\-verify\\fR(1)\n";
}

} // namespace pgkeep
