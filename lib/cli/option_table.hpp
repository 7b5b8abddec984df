// The one table of options: everything that the programs know about an option stands here, once.
//
// From it come the parser, `--help`, the man pages, docs/reference.md and shell completion. A row
// without its texts does not compile. Not in the table: what a program does with an option; that is
// in <program>_program.cpp.
//
// An option that means something else in each program has a row for each; a name never stands twice
// for one program.
//
// Thread-safety: constants and pure functions.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace pgkeep {

enum class ProgramId : std::uint8_t { backup = 1, restore = 2, verify = 4 };

// A set of programs.
struct Programs {
    std::uint8_t bits = 0;
    constexpr Programs() = default;
    constexpr Programs(std::initializer_list<ProgramId> programs) {
        for (ProgramId const program : programs) {
            bits = static_cast<std::uint8_t>(bits | static_cast<std::uint8_t>(program));
        }
    }
    [[nodiscard]] constexpr bool has(ProgramId program) const {
        return (bits & static_cast<std::uint8_t>(program)) != 0;
    }
    [[nodiscard]] constexpr bool overlaps(Programs other) const { return (bits & other.bits) != 0; }
};

// Headings of the help screen, in their order.
enum class OptionGroup : std::uint8_t {
    selection, // what to back up, restore or verify
    output,    // where it goes and what it becomes
    restoring,
    part, // what of an archive is restored
    checking,
    retention, // what stays in the repository
    care,      // being gentle to production
    connection,
    general,
};

// What a value must look like.
enum class ValueKind : std::uint8_t {
    none, // a switch
    text,
    number,   // whole, within `minimum` and `maximum`
    choice,   // one of `choices`
    size,     // parse_size()
    duration, // parse_duration()
    time,     // parse_time()
};

struct OptionSpec {
    std::string_view name;
    char letter = '\0';       // none: only the long form
    std::string_view value{}; // its name in texts; empty for a switch
    ValueKind kind = ValueKind::none;
    Programs programs{};
    OptionGroup group = OptionGroup::general;
    bool repeatable = false;
    bool only_command_line = false;  // makes no sense in a configuration file
    bool per_database = false;       // may stand in a section for one database
    std::string_view summary{};      // a phrase for the help screen
    std::string_view default_text{}; // for people; empty when there is none
    std::string_view details{}; // whole sentences for man page and reference; `code` in backticks
    std::span<std::string_view const> choices{};
    std::uint64_t minimum = 0;
    std::uint64_t maximum = 0;

    [[nodiscard]] constexpr bool is_switch() const { return kind == ValueKind::none; }
};

[[nodiscard]] std::span<OptionSpec const> option_table() noexcept;

// Headings of groups, in the order of OptionGroup.
[[nodiscard]] std::string_view group_heading(OptionGroup group) noexcept;
inline constexpr int kGroupCount = 9;

// By long name, or nothing.
[[nodiscard]] OptionSpec const *find_option(ProgramId program, std::string_view name) noexcept;
// In any of the programs.
[[nodiscard]] OptionSpec const *find_option(std::string_view name) noexcept;

} // namespace pgkeep
