// Rows of the option table: what only pgkeep-verify understands.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"

#include <array>

namespace pgkeep::option_rows {

inline constexpr std::array<std::string_view, 3> kVerifyLevels{"quick", "checksum", "drill"};
inline constexpr std::array<std::string_view, 4> kReportFormats{"text", "json", "junit", "nagios"};

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
        .name = "subset",
        .value = "N%",
        .kind = ValueKind::text,
        .programs = {ProgramId::verify},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "only the N% whose last check is longest ago",
        .details = "Never checked ones come first. A run every night with `--subset=10%` reads the "
                   "whole repository in ten nights; one that was interrupted goes on where it was.",
    },
    OptionSpec{
        .name = "level",
        .value = "quick|checksum|drill",
        .kind = ValueKind::choice,
        .programs = {ProgramId::verify},
        .group = OptionGroup::checking,
        .summary = "how deep to look",
        .default_text = "checksum",
        .details = "`quick` reads footer, index and manifest; `checksum` every byte: members, rows "
                   "and hashes of every table, and the SHA-256 of the file; `drill` then restores "
                   "the archive into a throw-away server and proves the content there. Scripts "
                   "that others wrote are always read whole. A drill that cannot be tried on this "
                   "machine is exit code 3.",
        .choices = kVerifyLevels,
    },
    OptionSpec{
        .name = "sql",
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::verify},
        .group = OptionGroup::checking,
        .repeatable = true,
        .summary = "with --level=drill: assertions about the content",
        .details = "SQL statements, each of which must return one row whose first column is true "
                   "in the restored database; any other outcome is a finding.",
    },
    OptionSpec{
        .name = "against",
        .value = "CONNSTR",
        .kind = ValueKind::text,
        .programs = {ProgramId::verify},
        .group = OptionGroup::checking,
        .only_command_line = true,
        .summary = "compare one archive with a live database",
        .details =
            "Rows and content of every table, sequences and large objects, in parallel under "
            "one snapshot. Differences are exit code 4. Also for checking a migration or a "
            "replica.",
    },
    OptionSpec{
        .name = "status",
        .programs = {ProgramId::verify},
        .group = OptionGroup::checking,
        .only_command_line = true,
        .summary = "read no archive: say how well each database is kept",
        .details = "From names and evidence: the newest archive, the newest proven, the newest "
                   "drilled, gaps in the schedule, sizes and their trend. Exit code 3 when a "
                   "database has no proven archive, or only one older than `--max-age`, or its "
                   "newest archive is bad.",
    },
    OptionSpec{
        .name = "max-age",
        .value = "DURATION",
        .kind = ValueKind::duration,
        .programs = {ProgramId::verify},
        .group = OptionGroup::checking,
        .summary = "with --status: oldest good age of a proven archive",
        .details = "Such as `26h`. It counts from the archive's snapshot, not from its last check.",
    },
    OptionSpec{
        .name = "max-rate",
        .value = "SIZE",
        .kind = ValueKind::size,
        .programs = {ProgramId::verify},
        .group = OptionGroup::care,
        .only_command_line = true,
        .summary = "read at most SIZE a second, behind other I/O",
        .details = "For a scrub of a whole repository beside running servers: `50M`. Input and "
                   "output of others comes first, and what was read is not kept in memory.",
    },
    OptionSpec{
        .name = "bindir",
        .value = "DIR",
        .kind = ValueKind::text,
        .programs = {ProgramId::verify},
        .group = OptionGroup::checking,
        .summary = "with --level=drill: folder of PostgreSQL's programs",
        .details = "Without it the oldest installed version that is at least as new as the "
                   "archive's server is taken.",
    },
    OptionSpec{
        .name = "format",
        .value = "text|json|junit|nagios",
        .kind = ValueKind::choice,
        .programs = {ProgramId::verify},
        .group = OptionGroup::output,
        .summary = "form of the report",
        .default_text = "text",
        .details = "`--format=json` is the same as `--json`. `junit` has a test case for each "
                   "archive. `nagios`, with `--status`, is the one line and the exit code of a "
                   "plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
        .choices = kReportFormats,
    },
    OptionSpec{
        .name = "output",
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::verify},
        .group = OptionGroup::output,
        .summary = "write the report to FILE instead of stdout",
        .details = "The file is replaced at once when the report is complete.",
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
