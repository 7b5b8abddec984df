// Rows of the option table: what only pgkeep-verify understands.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"

#include <array>

namespace pgkeep::option_rows {

inline constexpr std::array<std::string_view, 2> kVerifyLevels{"quick", "checksum"};
inline constexpr std::array<std::string_view, 2> kReportFormats{"text", "json"};

inline constexpr std::array kVerifyOptions{
    OptionSpec{
        .name = "latest",
        .programs = {ProgramId::verify},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "only the newest archive of each database",
        .details = "Without it and without an ARCHIVE the whole repository is verified.",
    },
    OptionSpec{
        .name = "level",
        .value = "quick|checksum",
        .kind = ValueKind::choice,
        .programs = {ProgramId::verify},
        .group = OptionGroup::checking,
        .summary = "how deep to look",
        .default_text = "checksum",
        .details = "`quick` reads footer, index and manifest; `checksum` every byte: members, rows "
                   "and hashes of every table, and the SHA-256 of the file. Scripts that others "
                   "wrote are always read whole.",
        .choices = kVerifyLevels,
    },
    OptionSpec{
        .name = "format",
        .value = "text|json",
        .kind = ValueKind::choice,
        .programs = {ProgramId::verify},
        .group = OptionGroup::output,
        .summary = "form of the report on stdout",
        .default_text = "text",
        .details = "`--format=json` is the same as `--json`.",
        .choices = kReportFormats,
    },
    OptionSpec{
        .name = "dbname",
        .letter = 'd',
        .value = "NAME",
        .kind = ValueKind::text,
        .programs = {ProgramId::verify},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "only archives of this database",
        .details = "No server is asked; a keyword string or URL is understood and only its "
                   "database name counts.",
    },
};

} // namespace pgkeep::option_rows
