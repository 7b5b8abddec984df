#include "cli/config_file.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "cli/option_value.hpp"
#include "model/nearest_word.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace pgkeep {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    std::size_t const first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

[[noreturn]] void refuse_file(std::string const &message, std::string const &hint) {
    throw Error{ErrorKind::configuration, message, hint};
}

// Of an option that no program knows, or none in a section.
[[noreturn]] void refuse_name(std::string const &place, std::string_view name, bool in_section) {
    std::vector<std::string_view> names;
    for (OptionSpec const &option : option_table()) {
        if (in_section ? option.per_database : !option.only_command_line) {
            names.push_back(option.name);
        }
    }
    auto const nearest = nearest_word(name, names);
    refuse_file(fmt::format("{}: unknown option \"{}\"", place, printable(name)),
                nearest ? fmt::format("Did you mean \"{}\"?", *nearest)
                        : "Names are those of the long options, without dashes.");
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

constexpr std::string_view kSectionWord = "database";

// The database of `[database NAME]`. A name with blanks around it, or quotes, is quoted as in SQL.
std::string section_database(std::string_view line, std::string const &place) {
    std::string_view const inner = trimmed(line.substr(1, line.rfind(']') - 1));
    std::string_view const word = inner.substr(0, inner.find_first_of(" \t"));
    if (!line.ends_with(']') || word != kSectionWord) {
        refuse_file(fmt::format("{}: unknown section \"{}\"", place, printable(line)),
                    "A section for one database begins with [database NAME].");
    }
    std::string_view name = trimmed(inner.substr(word.size()));
    if (name.size() < 2 || name.front() != '"' || name.back() != '"') {
        if (name.empty()) {
            refuse_file(place + ": the section names no database", "Write [database NAME].");
        }
        return std::string{name};
    }
    name = name.substr(1, name.size() - 2);
    std::string unquoted;
    for (std::size_t i = 0; i < name.size(); ++i) {
        unquoted += name[i];
        i += name.substr(i).starts_with("\"\"") ? 1 : 0;
    }
    return unquoted;
}

// Reads line after line; remembers the section that it is in.
class ConfigParser {
public:
    ConfigParser(std::string const &path, Options &options) : path_(path), options_(options) {}

    void parse(std::string_view text) {
        for (int number = 1; !text.empty(); ++number) {
            std::size_t const end = text.find('\n');
            std::string_view const line = trimmed(text.substr(0, end));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            place_ = fmt::format("{}:{}", path_, number);
            if (line.starts_with('[')) {
                in_section_ = true;
                database_ = is_for_us() ? section_database(line, place_) : "";
            } else if (!line.empty() && line.front() != '#' && line.front() != ';' && is_for_us()) {
                parse_line(line);
            }
        }
    }

private:
    // Only pgkeep-backup reads sections, and a mistake there is to stop no other program.
    [[nodiscard]] bool is_for_us() const {
        return !in_section_ || options_.program() == ProgramId::backup;
    }

    void parse_line(std::string_view line) {
        std::size_t const equals = line.find('=');
        std::string_view const name = trimmed(line.substr(0, equals));
        check_name(name);
        if (equals == std::string_view::npos) {
            refuse_file(fmt::format("{}: \"{}\" has no value", place_, name),
                        "Write name = value; a switch is on or off.");
        }
        OptionSpec const *option = find_option(options_.program(), name);
        if (option == nullptr || option->only_command_line) {
            return;
        }
        std::string const value{trimmed(line.substr(equals + 1))};
        std::string const where = place_ + ": " + std::string{name};
        if (option->is_switch()) {
            add_switch(*option, value, where);
        } else {
            add(*option, value, where);
        }
    }

    void check_name(std::string_view name) const {
        if (!is_known_anywhere(name)) {
            if (find_option(name) != nullptr) {
                refuse_file(fmt::format("{}: \"{}\" belongs on the command line", place_, name),
                            "Remove it from the file.");
            }
            refuse_name(place_, name, in_section_);
        }
        OptionSpec const *option = find_option(options_.program(), name);
        if (in_section_ && (option == nullptr || !option->per_database)) {
            refuse_file(fmt::format("{}: \"{}\" cannot be set for one database", place_, name),
                        "Write it above the first section.");
        }
    }

    void add(OptionSpec const &option, std::string const &value, std::string const &where) {
        if (in_section_) {
            options_.add_for(database_, option, value, where);
        } else {
            options_.add(OptionSource::configuration, option, value, where);
        }
    }

    void add_switch(OptionSpec const &option, std::string const &value, std::string const &where) {
        auto const on = parse_switch(value);
        if (!on) {
            refuse_file(where + ": a switch is on or off",
                        "Write " + std::string{option.name} + " = on.");
        }
        if (*on) {
            add(option, "", where);
        } else if (in_section_) {
            options_.remove_for(database_, option);
        } else {
            options_.remove(OptionSource::configuration, option);
        }
    }

    std::string const &path_;
    Options &options_;
    std::string place_;    // of the line
    std::string database_; // of the section
    bool in_section_ = false;
};

} // namespace

void parse_config_file(std::string_view text, std::string const &path, Options &options) {
    ConfigParser{path, options}.parse(text);
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
