// Rows of the option table: what every program understands.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"

#include <array>

namespace pgkeep::option_rows {

inline constexpr std::array<std::string_view, 4> kProgressModes{"auto", "bar", "log", "none"};
inline constexpr std::array<std::string_view, 2> kLogFormats{"text", "json"};

inline constexpr std::array kCommonOptions{
    OptionSpec{
        .name = "repository",
        .letter = 'r',
        .value = "DIR",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .summary = "folder of the archives",
        .default_text = "~/.local/state/pgkeep, for root /var/backups/pgkeep",
        .details = "Also `PGKEEP_REPOSITORY`. Each database has a folder of its own in it.",
    },
    OptionSpec{
        .name = "jobs",
        .letter = 'j',
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .per_database = true,
        .summary = "parallel workers",
        .default_text = "processors, at most 4",
        .details = "Each worker of a backup or a restore has one connection to the server; two "
                   "more are needed.",
        .minimum = 1,
        .maximum = 256,
    },
    OptionSpec{
        .name = "config",
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .only_command_line = true,
        .summary = "configuration file, instead of the usual ones",
        .details = "By default `/etc/pgkeep/pgkeep.conf` is read and then "
                   "`~/.config/pgkeep/pgkeep.conf`, whose lines count more; neither has to exist.",
    },
    OptionSpec{
        .name = "progress",
        .value = "auto|bar|log|none",
        .kind = ValueKind::choice,
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .summary = "show progress on stderr",
        .default_text = "auto",
        .details = "`bar` has percentage, rate and remaining time; `log` writes a line a minute; "
                   "`auto` is `bar` on a terminal and `none` elsewhere.",
        .choices = kProgressModes,
    },
    OptionSpec{
        .name = "verbose",
        .letter = 'v',
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .repeatable = true,
        .summary = "say what is done; twice: in detail",
        .details =
            "Messages go to stderr, and results are printed also when stdout is not a terminal.",
    },
    OptionSpec{
        .name = "quiet",
        .letter = 'q',
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .summary = "print errors only, and no results but --json's",
        .details = "Warnings are not shown; they still go to `--log-file`.",
    },
    OptionSpec{
        .name = "log-format",
        .value = "text|json",
        .kind = ValueKind::choice,
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .summary = "form of messages on stderr and in the log file",
        .default_text = "text",
        .details = "`json` is one object a line with time, level, program, label and message.",
        .choices = kLogFormats,
    },
    OptionSpec{
        .name = "log-file",
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .summary = "append messages to FILE as well",
        .details =
            "The file is made with mode 0600 and gets everything that `--verbose` would show.",
    },
    OptionSpec{
        .name = "json",
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .summary = "print one JSON document on stdout",
        .details = "Also after a failure: it then has `error`, `hint` and `exit_code`.",
    },
    OptionSpec{
        .name = "version",
        .letter = 'V',
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .only_command_line = true,
        .summary = "print the version and exit",
        .details = "One line on stdout.",
    },
    OptionSpec{
        .name = "help",
        .letter = '?',
        .programs = {ProgramId::backup, ProgramId::restore, ProgramId::verify},
        .group = OptionGroup::general,
        .only_command_line = true,
        .summary = "print this help and exit",
        .details = "On stdout.",
    },
};

} // namespace pgkeep::option_rows
