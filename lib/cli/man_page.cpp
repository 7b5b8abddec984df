#include "cli/man_page.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "cli/help.hpp"
#include "cli/manual_text.hpp"
#include "cli/program_info.hpp"

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
        out += (out.empty() ? "" : ".PP\n") + roff_text(paragraph) + '\n';
    }
    return out;
}

std::string format_head(ProgramInfo const &info) {
    return ".TH \"" + roff_text(upper_case(info.name)) + "\" \"1\" \"\" \"pgkeep " +
           roff_text(pgkeep_version()) + "\" \"pgkeep\"\n.SH NAME\n" + roff_text(info.name) +
           " \\- " + roff_text(info.summary) + "\n.SH SYNOPSIS\n\\fB" + roff_text(info.name) +
           "\\fR " + roff_text(info.arguments) + "\n.SH DESCRIPTION\n" +
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
    return out + "\\fBpg_dump\\fR(1),\n\\fBpg_restore\\fR(1)\n";
}

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

} // namespace pgkeep
