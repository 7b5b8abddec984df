// What the manual says of a program apart from its options: name, usage, description, examples.
//
// Thread-safety: constants.

#pragma once

#include "cli/option_table.hpp"

#include <array>
#include <span>
#include <string_view>

namespace pgkeep {

struct ProgramExample {
    std::string_view purpose; // a sentence
    std::string_view command;
};

struct ProgramInfo {
    ProgramId id{};
    std::string_view name;      // `pgkeep-backup`
    std::string_view arguments; // `[OPTION]... [DATABASE]...`
    std::string_view summary;   // a phrase
    std::string_view details;   // paragraphs, divided by empty lines; `code` in backticks
    std::span<ProgramExample const> examples;
};

inline constexpr std::array kAllPrograms{ProgramId::backup, ProgramId::restore, ProgramId::verify};

[[nodiscard]] ProgramInfo const &program_info(ProgramId program) noexcept;

// Environment variables and files that all programs share, for the manual.
struct NamedThing {
    std::string_view name;
    std::string_view meaning;
};
[[nodiscard]] std::span<NamedThing const> environment_variables() noexcept;
[[nodiscard]] std::span<NamedThing const> configuration_files() noexcept;
// How the configuration file is written and what counts before what: paragraphs as in ProgramInfo.
[[nodiscard]] std::string_view configuration_text() noexcept;

} // namespace pgkeep
