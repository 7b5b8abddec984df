// Rows of the option table: which archives stay, and the marks that an operator puts on them.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"

#include <array>
#include <cstdint>

namespace pgkeep::option_rows {

inline constexpr std::array<std::string_view, 2> kCalendars{"utc", "local"};

// Enough for ever, and far from where arithmetic ends.
inline constexpr std::uint64_t kMostKept = 1'000'000;
inline constexpr std::uint64_t kMostDays = 100'000;

inline constexpr std::array kRetentionOptions{
    OptionSpec{
        .name = "retention-days",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep what is at most N days older than the newest",
        .details = "Rules for retention are added up: an archive stays when one of them keeps it. "
                   "Without a rule nothing is removed. Only proven archives count; the age is "
                   "measured from the newest proven one, so that nothing goes while backups fail. "
                   "Whatever the rules say, these stay: the newest proven archive, the newest that "
                   "passed a drill, what is held, what is dated in the future, and what another "
                   "program wrote.",
        .minimum = 1,
        .maximum = kMostDays,
    },
    OptionSpec{
        .name = "keep-last",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep the N newest archives",
        .details = "0 is as if the option was not given, here and in the other counts.",
        .minimum = 0,
        .maximum = kMostKept,
    },
    OptionSpec{
        .name = "keep-hourly",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep the newest of each of the last N hours",
        .details = "Hours without an archive do not count, here and in the longer periods.",
        .minimum = 0,
        .maximum = kMostKept,
    },
    OptionSpec{
        .name = "keep-daily",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep the newest of each of the last N days",
        .details = "Days begin at midnight, in the calendar of `--calendar`.",
        .minimum = 0,
        .maximum = kMostKept,
    },
    OptionSpec{
        .name = "keep-weekly",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep the newest of each of the last N weeks",
        .details = "Weeks begin on Monday.",
        .minimum = 0,
        .maximum = kMostKept,
    },
    OptionSpec{
        .name = "keep-monthly",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep the newest of each of the last N months",
        .details = "While there are fewer months than N, the oldest archive of all stays, too.",
        .minimum = 0,
        .maximum = kMostKept,
    },
    OptionSpec{
        .name = "keep-yearly",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep the newest of each of the last N years",
        .details = "As `--keep-monthly`, by the year.",
        .minimum = 0,
        .maximum = kMostKept,
    },
    OptionSpec{
        .name = "keep-within",
        .value = "DURATION",
        .kind = ValueKind::duration,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep all within DURATION of the newest",
        .details = "Such as `36h` or `2w`.",
    },
    OptionSpec{
        .name = "min-keep",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "never fewer than the N newest proven archives",
        .details = "A floor under the rules, and no rule of its own.",
        .minimum = 0,
        .maximum = kMostKept,
    },
    OptionSpec{
        .name = "keep-safety",
        .value = "DURATION",
        .kind = ValueKind::duration,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "keep safety snapshots for DURATION",
        .default_text = "for ever",
        .details = "Restores take them before they replace a database. They count for no other "
                   "rule, and the newest one always stays.",
    },
    OptionSpec{
        .name = "calendar",
        .value = "utc|local",
        .kind = ValueKind::choice,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "whose hours, days, weeks and months count",
        .default_text = "utc",
        .details = "With `local` the calendar is that of the zone of the process (TZ).",
        .choices = kCalendars,
    },
    OptionSpec{
        .name = "prune-only",
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .only_command_line = true,
        .summary = "back up nothing, apply the retention rules now",
        .details = "To the archives of the databases that are named, or to the whole repository. "
                   "No server is asked. Prints what stays, what goes and why.",
    },
    OptionSpec{
        .name = "no-prune",
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "back up, but remove nothing",
        .details = "Otherwise the rules apply to each database after its backup succeeded.",
    },
    OptionSpec{
        .name = "dry-run",
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .only_command_line = true,
        .summary = "show what retention would remove, and why",
        .details = "As `--prune-only`, but nothing is removed. Nothing is backed up.",
    },
    OptionSpec{
        .name = "hold",
        .value = "ARCHIVE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .repeatable = true,
        .only_command_line = true,
        .summary = "never remove ARCHIVE, until it is released",
        .details = "ARCHIVE is a file of the repository, a time, or `latest`. Nothing is backed "
                   "up; a DATABASE says whose archive is meant.",
    },
    OptionSpec{
        .name = "release",
        .value = "ARCHIVE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .repeatable = true,
        .only_command_line = true,
        .summary = "take back --hold, or accept an anomaly",
        .details = "An archive that lacks what the one before it had does not count as proven "
                   "until somebody has looked and releases it.",
    },
    OptionSpec{
        .name = "adopt",
        .value = "ARCHIVE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .repeatable = true,
        .only_command_line = true,
        .summary = "verify another program's archive, make it count",
        .details =
            "Retention never removes what pgkeep did not write, and does not count it. An adopted "
            "archive is verified first, and from then on treated as a proven one, until its file "
            "changes. Its name must be that of an archive, `<database>_<YYYYMMDD>_<HHMMSS>.sql.gz`;"
            " the time in it is taken as UTC.",
    },
    OptionSpec{
        .name = "anomaly-rows",
        .value = "PERCENT",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::retention,
        .per_database = true,
        .summary = "stop retention when rows fall by more than this",
        .default_text = "50",
        .details = "Each archive is compared with the newest proven one before it: vanished "
                   "tables, rows of each table and of all, and the size. An anomaly does not stop "
                   "the backup: the archive is published, a warning says what is wrong, retention "
                   "is held until `--release`, and the exit code is 3. 0 turns this off.",
        .minimum = 0,
        .maximum = 100,
    },
};

} // namespace pgkeep::option_rows
