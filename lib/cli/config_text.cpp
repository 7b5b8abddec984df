#include "cli/config_text.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/help.hpp"
#include "cli/option_value.hpp"
#include "cli/report_json.hpp"
#include "cli/text_table.hpp"
#include "model/sql_text.hpp"
#include "pg/connection_settings.hpp"

#include <fmt/format.h>

namespace pgkeep {
namespace {

constexpr std::size_t kWidth = 78;

constexpr char kBeginning[] =
    "# Configuration of pgkeep, for /etc/pgkeep/pgkeep.conf or ~/.config/pgkeep/pgkeep.conf.\n"
    "# One `name = value` a line; a switch is on or off. Take the # away from what you set.\n"
    "# pgkeep-backup --show-config shows what holds for each database, and which line says it.\n";

constexpr char kEnd[] = "\n# ---- One database ----\n\n"
                        "# What stands below such a line is for backups of that database alone.\n"
                        "#[database app]\n"
                        "#keep-daily = 30\n"
                        "#jobs = 2\n";

// Some defaults are words for people.
bool is_value(OptionSpec const &option, std::string const &text) {
    try {
        check_option_value(option, text, "", ErrorKind::configuration);
        return !text.empty() && option.kind != ValueKind::text;
    } catch (Error const &) {
        return false;
    }
}

std::string starting_line(OptionSpec const &option) {
    if (option.is_switch()) {
        return fmt::format("#{} = on\n", option.name);
    }
    std::string const usual{option.default_text};
    return fmt::format("#{} = {}\n", option.name, is_value(option, usual) ? usual : option.value);
}

std::string starting_entry(OptionSpec const &option) {
    std::string summary{option.summary};
    if (!option.default_text.empty()) {
        summary += fmt::format(" (default: {})", option.default_text);
    }
    std::string text;
    for (std::string const &line : wrap_words(summary, kWidth)) {
        text += "# " + line + '\n';
    }
    return text + starting_line(option);
}

std::string shown_value(OptionSpec const &option, std::string const &value) {
    if (option.is_switch()) {
        return "on";
    }
    bool const connection =
        value.find("://") != std::string::npos || value.find('=') != std::string::npos;
    if (option.name == "dbname" && connection) {
        std::vector<std::string> notes;
        return parse_connection(value, notes).describe();
    }
    return printable(redacted(value));
}

std::string place_of(Options const &options, OptionSpec const &option) {
    std::string const where = options.where(option.name);
    switch (*options.source(option.name)) {
    case OptionSource::command_line:
        return "command line";
    case OptionSource::environment:
        return "environment: " + where;
    case OptionSource::configuration:
        break;
    }
    std::string const ending = ": " + std::string{option.name};
    return printable(where.ends_with(ending) ? where.substr(0, where.size() - ending.size())
                                             : where);
}

} // namespace

std::string format_starting_config() {
    std::string text = kBeginning;
    for (int group = 0; group < kGroupCount; ++group) {
        std::string entries;
        for (OptionSpec const *option :
             options_of(ProgramId::backup, static_cast<OptionGroup>(group))) {
            entries += option->only_command_line ? "" : '\n' + starting_entry(*option);
        }
        if (!entries.empty()) {
            text += fmt::format("\n# ---- {} ----\n{}",
                                group_heading(static_cast<OptionGroup>(group)), entries);
        }
    }
    return text + kEnd;
}

std::vector<EffectiveValue> effective_values(Options const &options, ConfigScope scope) {
    std::vector<EffectiveValue> values;
    for (OptionSpec const &option : option_table()) {
        bool const ours = option.programs.has(ProgramId::backup) && !option.only_command_line;
        if (!ours || option.per_database != (scope == ConfigScope::one_database)) {
            continue;
        }
        std::string const name{option.name};
        if (!options.has(name)) {
            if (!option.default_text.empty()) {
                values.push_back({name, std::string{option.default_text}, "default"});
            }
            continue;
        }
        std::string const place = place_of(options, option);
        for (std::string const &value : options.list(name)) {
            values.push_back({name, shown_value(option, value), place});
        }
    }
    return values;
}

std::string format_values(std::string const &heading, std::vector<EffectiveValue> const &values) {
    TextTable table{{{"option"}, {"value"}, {"from"}}};
    for (EffectiveValue const &value : values) {
        table.add({value.option, value.value, value.from});
    }
    return heading + '\n' + table.text();
}

nlohmann::ordered_json values_json(std::vector<EffectiveValue> const &values) {
    auto array = nlohmann::ordered_json::array();
    for (EffectiveValue const &value : values) {
        array.push_back({{"option", value.option},
                         {"value", json_name(value.value)},
                         {"from", json_name(value.from)}});
    }
    return array;
}

} // namespace pgkeep
