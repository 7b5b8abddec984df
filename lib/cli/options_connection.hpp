// Rows of the option table: how the programs that talk to a server reach it. `-d`, whose meaning
// differs, stands with each program.
//
// Only option_table.cpp includes this.

#pragma once

#include "cli/option_table.hpp"

#include <array>

namespace pgkeep::option_rows {

inline constexpr std::array kServerOptions{
    OptionSpec{
        .name = "host",
        .letter = 'h',
        .value = "HOSTNAME",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "server host, or folder of its socket",
        .details = "Also `PGHOST`. Without either, as every program of libpq.",
    },
    OptionSpec{
        .name = "port",
        .letter = 'p',
        .value = "PORT",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "server port",
        .details = "Also `PGPORT`. Without either, as every program of libpq.",
    },
    OptionSpec{
        .name = "username",
        .letter = 'U',
        .value = "NAME",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "user to connect as",
        .details = "Also `PGUSER`. Without either, as every program of libpq.",
    },
    OptionSpec{
        .name = "no-password",
        .letter = 'w',
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "never ask for a password",
        .details = "Also when there is no terminal. Passwords are better kept in `~/.pgpass` or "
                   "`PGPASSWORD`; they are never passed on in an argument list and never written "
                   "to log or archive.",
    },
    OptionSpec{
        .name = "env-file",
        .value = "FILE",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "read DATABASE_URL, PG* or POSTGRES_* from FILE",
        .details = "A dotenv file as applications keep it: `KEY=value`, comments and quotes. It "
                   "counts before the environment and after the command line.",
    },
    OptionSpec{
        .name = "connect-retries",
        .value = "N",
        .kind = ValueKind::number,
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "try again N times when the server is not ready",
        .default_text = "5",
        .details = "Only for what can pass: connection refused, starting up, too many connections. "
                   "Never for a wrong password.",
        .minimum = 0,
        .maximum = 1000,
    },
    OptionSpec{
        .name = "retry-delay",
        .value = "DURATION",
        .kind = ValueKind::duration,
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "wait before the first new try; doubles each time",
        .default_text = "2s",
        .details = "Durations are written `500ms`, `2s`, `1min`; a bare number is seconds.",
    },
    OptionSpec{
        .name = "bindir",
        .value = "DIR",
        .kind = ValueKind::text,
        .programs = {ProgramId::backup, ProgramId::restore},
        .group = OptionGroup::connection,
        .summary = "folder of PostgreSQL's own programs",
        .details = "Where pg_dump and pg_restore are. Without it the oldest installed version that "
                   "is at least as new as the server is taken.",
    },
};

} // namespace pgkeep::option_rows
