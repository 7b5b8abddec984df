// Rows of the option table: what only pgkeep-restore understands.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"

#include <array>

namespace pgkeep::option_rows {

inline constexpr std::array<std::string_view, 3> kRestoreChecks{"content", "counts", "none"};
inline constexpr std::array<std::string_view, 3> kExistingRows{"refuse", "append", "replace"};

inline constexpr std::array kRestoreOptions{
    OptionSpec{
        .name = "list",
        .letter = 'l',
        .programs = {ProgramId::restore},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "list archives of -d, or all, newest last",
        .details = "Time (UTC), age, size, rows, kind and the evidence that each archive is good: "
                   "the level of the last check and how long ago it was. The time can be given "
                   "back as the argument TIMESTAMP.",
    },
    OptionSpec{
        .name = "backup-file",
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::restore},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "restore this file; the same as the ARCHIVE argument",
        .details = "The file may lie anywhere. Besides archives of pgkeep: scripts of pg_dump "
                   "(`.sql`, also compressed by gzip, zstd, xz or bzip2) and archives of "
                   "`pg_dump -Fc`, `-Ft` and `-Fd`, told by their content.",
    },
    OptionSpec{
        .name = "from-database",
        .value = "NAME",
        .kind = ValueKind::text,
        .programs = {ProgramId::restore},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "choose among the archives of database NAME",
        .default_text = "the name of -d",
        .details = "For restoring under another name from the repository.",
    },
    OptionSpec{
        .name = "at",
        .value = "TIME",
        .kind = ValueKind::time,
        .programs = {ProgramId::restore},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "restore the newest archive that is not later than TIME",
        .details = "A date, `2026-01-12 12:00:00` (local time), the same with `Z` (UTC), a stamp "
                   "as in archive names, `now`, `today` or `yesterday`.",
    },
    OptionSpec{
        .name = "into",
        .value = "NAME",
        .kind = ValueKind::text,
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .only_command_line = true,
        .summary = "restore beside, as the new database NAME",
        .details = "NAME must not exist. The database gets this name only after it was loaded and "
                   "proven; until then it is called `<NAME>__restore_<stamp>`, and it is dropped "
                   "when anything fails.",
    },
    OptionSpec{
        .name = "in-place",
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .only_command_line = true,
        .summary = "no new database: empty and fill the existing one",
        .details = "For servers where the role may not create databases. Everything happens in one "
                   "transaction, with one worker: until it is committed, after the proof, nobody "
                   "sees a change, and a failure undoes all of it. Slower than the usual way.",
    },
    OptionSpec{
        .name = "no-safety-snapshot",
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .summary = "replace without a backup of what is replaced",
        .details = "Otherwise a verified archive of kind `safety` is put into the repository "
                   "before anything else happens. Without it there is no `--undo`, except with "
                   "`--keep-old`.",
    },
    OptionSpec{
        .name = "keep-old",
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .summary = "keep what is replaced as <name>__before_<stamp>",
        .details = "It stays on the server until it is dropped by hand; `--undo` swaps back to it.",
    },
    OptionSpec{
        .name = "undo",
        .programs = {ProgramId::restore},
        .group = OptionGroup::selection,
        .only_command_line = true,
        .summary = "put back what the last restore of -d replaced",
        .details = "By swapping names when the old database is still there, else from its safety "
                   "snapshot. What is put aside is kept in turn, so that a second `--undo` takes "
                   "the first one back.",
    },
    OptionSpec{
        .name = "yes",
        .letter = 'y',
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .only_command_line = true,
        .summary = "do not ask before an existing database is changed",
        .details = "Without it the plan is shown and the name of the database has to be typed; "
                   "where there is no terminal, nothing is changed.",
    },
    OptionSpec{
        .name = "check",
        .value = "content|counts|none",
        .kind = ValueKind::choice,
        .programs = {ProgramId::restore},
        .group = OptionGroup::checking,
        .summary = "proof of the restored content before it gets its name",
        .default_text = "content",
        .details = "`content` compares rows and content hash of every table, sequences and large "
                   "objects with the archive; `counts` only the number of rows.",
        .choices = kRestoreChecks,
    },
    OptionSpec{
        .name = "no-owner",
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .summary = "everything belongs to the restoring user",
        .details = "As the option of pg_restore of the same name.",
    },
    OptionSpec{
        .name = "no-privileges",
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .summary = "restore no access rights (GRANT, REVOKE)",
        .details = "As the option of pg_restore of the same name.",
    },
    OptionSpec{
        .name = "no-tablespaces",
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .summary = "put everything in the default tablespace",
        .details = "As the option of pg_restore of the same name.",
    },
    OptionSpec{
        .name = "role",
        .value = "NAME",
        .kind = ValueKind::text,
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .summary = "SET ROLE NAME before restoring",
        .details = "As the option of pg_restore of the same name.",
    },
    OptionSpec{
        .name = "dry-run",
        .programs = {ProgramId::restore},
        .group = OptionGroup::restoring,
        .only_command_line = true,
        .summary = "check everything, print the plan, change nothing",
        .details =
            "The archive is verified and the server is asked whether the restore could work.",
    },
    OptionSpec{
        .name = "dbname",
        .letter = 'd',
        .value = "CONNSTR",
        .kind = ValueKind::text,
        .programs = {ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "target: database name, keyword string or URL",
        .details = "The database is created, or replaced when it exists. `app`, "
                   "`host=db1 dbname=app` or `postgresql://user@db1/app`; URLs as applications "
                   "write them (`postgresql+psycopg2://…`, pool parameters) are understood. With "
                   "`--into` it names the database whose archives are meant.",
    },
};

} // namespace pgkeep::option_rows
