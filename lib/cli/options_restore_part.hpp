// Rows of the option table: the part of an archive that pgkeep-restore takes.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"
#include "cli/options_restore.hpp"

#include <array>

namespace pgkeep::option_rows {

inline constexpr std::array kRestorePartOptions{
    OptionSpec{
        .name = "table",
        .letter = 't',
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::restore},
        .group = OptionGroup::part,
        .repeatable = true,
        .only_command_line = true,
        .summary = "only these tables, with their indexes and so on",
        .details =
            "A pattern as of pg_dump: `orders`, `sales.*`, `\"Odd Name\"`. With a table come "
            "its rows, indexes, constraints, triggers, policies, rights, comments, its own "
            "sequences and its partitions; into a new database also what it needs, such as "
            "types. Only the tables' part of the archive is read. An existing database "
            "keeps everything else; the tables must not exist in it.",
    },
    OptionSpec{
        .name = "schema",
        .letter = 'n',
        .value = "PATTERN",
        .kind = ValueKind::text,
        .programs = {ProgramId::restore},
        .group = OptionGroup::part,
        .repeatable = true,
        .only_command_line = true,
        .summary = "only what is in these schemas",
        .details = "With `--table`, only tables that match both.",
    },
    OptionSpec{
        .name = "schema-only",
        .programs = {ProgramId::restore},
        .group = OptionGroup::part,
        .only_command_line = true,
        .summary = "only the definitions, no rows",
        .details = "Tables are empty and sequences at their start.",
    },
    OptionSpec{
        .name = "data-only",
        .programs = {ProgramId::restore},
        .group = OptionGroup::part,
        .only_command_line = true,
        .summary = "only the rows, into tables that exist",
        .details = "In one transaction. A table that has rows already is refused unless "
                   "`--existing-rows` says what to do with them.",
    },
    OptionSpec{
        .name = "existing-rows",
        .value = "refuse|append|replace",
        .kind = ValueKind::choice,
        .programs = {ProgramId::restore},
        .group = OptionGroup::part,
        .only_command_line = true,
        .summary = "with --data-only: what to do with rows in the way",
        .default_text = "refuse",
        .details =
            "`append` adds the archive's rows to them; `replace` empties the tables first, in "
            "the same transaction.",
        .choices = kExistingRows,
    },
    OptionSpec{
        .name = "stdout",
        .programs = {ProgramId::restore},
        .group = OptionGroup::part,
        .only_command_line = true,
        .summary = "print the script instead of restoring it",
        .details = "No server is needed. With `--table` and its like only that part. A damaged "
                   "archive ends in exit code 4 and without the line that says that the script is "
                   "complete.",
    },
};

} // namespace pgkeep::option_rows
