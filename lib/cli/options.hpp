// The options of one run, from the command line, the environment and the configuration file,
// checked.
//
// Every value was checked against the table when it came in, so the typed getters do not fail.
// Precedence: command line, environment, configuration file. Repeated options replace, as a whole,
// what a weaker source said.
//
// Thread-safety: const functions may be called from several threads.

#pragma once

#include "base/clock.hpp"
#include "cli/option_table.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

enum class OptionSource : std::uint8_t { command_line, environment, configuration };
inline constexpr int kSourceCount = 3;

class Options {
public:
    explicit Options(ProgramId program) : program_(program) {}

    // Adds a value (empty for a switch). `where` names the place for messages: `--jobs`, or
    // `/etc/pgkeep/pgkeep.conf:3: jobs`. Throws Error{usage} or, for the configuration file,
    // Error{configuration} when it is no value of `option`.
    void add(OptionSource source, OptionSpec const &option, std::string const &value,
             std::string const &where);
    // A switch of the configuration file that says `off`.
    void remove(OptionSource source, OptionSpec const &option);
    // The same for a section of the configuration file that is for `database` alone.
    void add_for(std::string const &database, OptionSpec const &option, std::string const &value,
                 std::string const &where);
    void remove_for(std::string const &database, OptionSpec const &option);
    void add_argument(std::string argument) { arguments_.push_back(std::move(argument)); }

    [[nodiscard]] ProgramId program() const noexcept { return program_; }
    [[nodiscard]] std::vector<std::string> const &arguments() const noexcept { return arguments_; }

    [[nodiscard]] bool has(std::string_view name) const { return source(name).has_value(); }
    // The strongest source that says something of it.
    [[nodiscard]] std::optional<OptionSource> source(std::string_view name) const;
    // How often a switch stands in its strongest source.
    [[nodiscard]] std::size_t count(std::string_view name) const { return list(name).size(); }
    // The last value of the strongest source.
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> text(std::string_view name, OptionSource source) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint64_t> size(std::string_view name) const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> duration(std::string_view name) const;
    [[nodiscard]] std::optional<Time> time(std::string_view name, Time now) const;

    // The place that said it, as add() was told.
    [[nodiscard]] std::string where(std::string_view name) const;

    // As they are for `database`: what its section says counts before the rest of the configuration
    // file, as a whole where an option may be repeated.
    [[nodiscard]] Options for_database(std::string const &database) const;
    // Databases that have a section.
    [[nodiscard]] std::vector<std::string> sections() const;

    // Of two switches that exclude each other, whether `yes` holds: the stronger source wins, then
    // the one that was given last. No value when neither was given.
    [[nodiscard]] std::optional<bool> choose(std::string_view yes, std::string_view no) const;

private:
    struct Given {
        std::vector<std::string> values;
        int order = 0;     // of the last value
        std::string where; // of the last value
    };
    struct Section {
        std::map<std::string, Given, std::less<>> given;
        std::set<std::string, std::less<>> off; // switches
    };
    [[nodiscard]] Given const *find(std::string_view name) const;

    ProgramId program_;
    std::map<std::string, Given, std::less<>> given_[kSourceCount];
    std::map<std::string, Section> sections_;
    std::vector<std::string> arguments_;
    int order_ = 0;
};

// For options that are each in order and make no sense together.
[[noreturn]] void refuse_usage(std::string const &message, std::string const &hint);

} // namespace pgkeep
