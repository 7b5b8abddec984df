// Rows of the option table: what only pgkeep-backup understands.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"

#include <array>

namespace pgkeep::option_rows {

inline constexpr std::array<std::string_view, 3> kBackupChecks{"none", "checksum", "drill"};

inline constexpr std::array kBackupOptions{
    OptionSpec{
        .name = "all",
        .letter = 'a',
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .summary = "back up every database that accepts connections",
        .details = "Templates are left out. Each database gets an archive of its own; when one of "
                   "them fails, the others are still backed up and the exit code is 3. Roles and "
                   "tablespaces are saved as well, see `--globals`.",
    },
    OptionSpec{
        .name = "exclude-database",
        .letter = 'x',
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .repeatable = true,
        .summary = "with --all, leave out databases that match",
        .details = "A pattern as psql understands it: `*` is any sequence, `?` any character, "
                   "upper case counts only within double quotes.",
    },
    OptionSpec{
        .name = "schema",
        .letter = 'n',
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .repeatable = true,
        .per_database = true,
        .summary = "back up only schemas that match",
        .details = "As the option of pg_dump of the same name. Needs `--file`, as all options for "
                   "parts of a database. The manifest says that the archive is a part.",
    },
    OptionSpec{
        .name = "exclude-schema",
        .letter = 'N',
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .repeatable = true,
        .per_database = true,
        .summary = "leave out schemas that match",
        .details = "As the option of pg_dump of the same name. Needs `--file`.",
    },
    OptionSpec{
        .name = "table",
        .letter = 't',
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .repeatable = true,
        .per_database = true,
        .summary = "back up only tables that match",
        .details = "As the option of pg_dump of the same name: also views, sequences and foreign "
                   "tables match, and what they need from elsewhere is not added. Needs "
                   "`--file`.",
    },
    OptionSpec{
        .name = "exclude-table",
        .letter = 'T',
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .repeatable = true,
        .per_database = true,
        .summary = "leave out tables that match",
        .details = "As the option of pg_dump of the same name. Needs `--file`.",
    },
    OptionSpec{
        .name = "exclude-table-data",
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .repeatable = true,
        .per_database = true,
        .summary = "save the definition but no rows of tables that match",
        .details = "As the option of pg_dump of the same name. Needs `--file`.",
    },
    OptionSpec{
        .name = "globals",
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .summary = "also save roles and tablespaces of the cluster",
        .default_text = "with --all",
        .details =
            "They go to `globals_<stamp>.sql.gz` in the repository's own folder. Without the right "
            "to read role passwords they are left out, with a warning. A failure here does not "
            "stop the databases. With no database named, only the globals are saved.",
    },
    OptionSpec{
        .name = "no-globals",
        .programs = {ProgramId::backup},
        .group = OptionGroup::selection,
        .summary = "do not save roles and tablespaces",
        .details = "Only useful with `--all`, which saves them otherwise.",
    },
    OptionSpec{
        .name = "compress",
        .letter = 'Z',
        .value = "0..9",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup},
        .group = OptionGroup::output,
        .per_database = true,
        .summary = "compression level, from none to best",
        .default_text = "6",
        .details = "1 is the fast level. Whatever the level, the archive is a standard gzip file.",
        .minimum = 0,
        .maximum = 9,
    },
    OptionSpec{
        .name = "file",
        .letter = 'f',
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::output,
        .only_command_line = true,
        .summary = "write one archive to FILE, or to stdout for -",
        .details = "Outside the repository, for exactly one database. FILE must not exist. What "
                   "goes to stdout cannot be read back and is not checked.",
    },
    OptionSpec{
        .name = "metrics-file",
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::output,
        .summary = "write metrics for Prometheus to FILE",
        .details = "For the textfile collector of the node exporter: FILE ends in `.prom`, is "
                   "replaced as a whole at the end of every run, also of one that failed, and may "
                   "be read by everybody. For each database: when it was last backed up, proven "
                   "and drilled, size and rows of the newest archive, duration and exit code of "
                   "the last run. Not written with `--file`.",
    },
    OptionSpec{
        .name = "run-before",
        .value = "COMMAND",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::output,
        .summary = "run COMMAND once before the backup",
        .details =
            "By `/bin/sh -c`. When it fails nothing is backed up and the exit code is 1. It is "
            "told "
            "in the environment what `--run-after` is told, and has no password. Not run for work "
            "on the repository, such as `--prune-only`.",
    },
    OptionSpec{
        .name = "run-after",
        .value = "COMMAND",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::output,
        .per_database = true,
        .summary = "run COMMAND after each database and at the end",
        .details =
            "By `/bin/sh -c`, once for each database and once at the end of the run, also of one "
            "that failed. It is told in the environment: `PGKEEP_STATUS` (`ok`, `attention` or "
            "`failed`), `PGKEEP_DATABASE` (empty at the end of the run), `PGKEEP_ARCHIVE` (empty "
            "when none was made), `PGKEEP_EXIT_CODE`, `PGKEEP_MESSAGE`. `PGHOST` and its like lead "
            "to the server of the backup; passwords are taken away. What it prints goes to the "
            "log. "
            "When it fails there is a warning and the exit code is 3; the backup stays. A monitor "
            "that waits for a sign of life is told with `test -n \"$PGKEEP_DATABASE\" || "
            "curl -fsS -m 10 https://ping.example/ID/$PGKEEP_EXIT_CODE`.",
    },
    OptionSpec{
        .name = "verify",
        .value = "none|checksum|drill",
        .kind = ValueKind::choice,
        .programs = {ProgramId::backup},
        .group = OptionGroup::checking,
        .per_database = true,
        .summary = "check of the archive before it is published",
        .default_text = "checksum",
        .details = "`checksum` reads the file back: every member is inflated, and rows and hashes "
                   "of every table are compared with what the server sent. `drill` then restores "
                   "it into a throw-away server on this machine and proves it there, as "
                   "pgkeep-verify --level=drill. An archive that fails is not published; when the "
                   "drill cannot be tried it is, and the exit code is 3.",
        .choices = kBackupChecks,
    },
    OptionSpec{
        .name = "lock-wait-timeout",
        .value = "DURATION",
        .kind = ValueKind::duration,
        .programs = {ProgramId::backup},
        .group = OptionGroup::care,
        .per_database = true,
        .summary = "give up when a table's lock takes longer",
        .default_text = "0, wait for ever",
        .details = "A backup takes the same weak lock on each table as pg_dump. When it has to "
                   "wait behind a stronger one, others queue behind it; this bounds the wait. "
                   "It also bounds how long somebody waits for a lock because of this backup: the "
                   "backup then gives up, and names who waited. "
                   "Durations are written `30s`, `5min`, `1h30min`; a bare number is seconds.",
    },
    OptionSpec{
        .name = "max-rate",
        .value = "SIZE",
        .kind = ValueKind::size,
        .programs = {ProgramId::backup},
        .group = OptionGroup::care,
        .per_database = true,
        .summary = "write at most SIZE bytes a second",
        .default_text = "0, no limit",
        .details = "Counted in bytes of the archive. Sizes take a unit, powers of 1024: `500k`, "
                   "`20M`, `1G`.",
    },
    OptionSpec{
        .name = "serializable-deferrable",
        .programs = {ProgramId::backup},
        .group = OptionGroup::care,
        .per_database = true,
        .summary = "wait for a snapshot that is free of anomalies",
        .details = "Uses a SERIALIZABLE, READ ONLY, DEFERRABLE transaction, as pg_dump's option of "
                   "the same name: the archive then shows a state that some serial order of "
                   "transactions had. The start may be delayed.",
    },
    OptionSpec{
        .name = "show-config",
        .programs = {ProgramId::backup},
        .group = OptionGroup::general,
        .only_command_line = true,
        .summary = "show what holds for each database, and why",
        .details = "Back up nothing: print the options of the run and of each database that would "
                   "be backed up, and for each the file and line, the variable or the command line "
                   "that says it. Passwords are not shown. With `--all` the server is asked for "
                   "its databases.",
    },
    OptionSpec{
        .name = "print-config",
        .programs = {ProgramId::backup},
        .group = OptionGroup::general,
        .only_command_line = true,
        .summary = "print a configuration file to start from",
        .details = "On stdout. Every line is a comment; no file is read or written.",
    },
    OptionSpec{
        .name = "dbname",
        .letter = 'd',
        .value = "CONNSTR",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup},
        .group = OptionGroup::connection,
        .summary = "database name, keyword string or URL",
        .details =
            "`app`, `host=db1 dbname=app` or `postgresql://user@db1/app`. URLs as applications "
            "write them are understood: `postgresql+psycopg2://…`, and pool parameters in a URL "
            "are ignored with a note. With DATABASE arguments it only says how to connect.",
    },
};

} // namespace pgkeep::option_rows
