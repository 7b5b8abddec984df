#include "cli/program_info.hpp"

#include <array>

namespace pgkeep {

namespace {

constexpr std::array kBackupExamples{
    ProgramExample{"Back up one database into the repository.", "pgkeep-backup -d app"},
    ProgramExample{"Every database and the roles, from cron: silent unless something is wrong.",
                   "pgkeep-backup --all --repository=/var/backups/pgkeep"},
    ProgramExample{
        "One archive to standard output, through a pipe.",
        "pgkeep-backup -d postgresql://backup@db1/app -f - | ssh store 'cat > app.sql.gz'"},
};

constexpr std::array kRestoreExamples{
    ProgramExample{"See what there is.", "pgkeep-restore --list -d app"},
    ProgramExample{"Go back to the newest archive: shows the plan, and asks.",
                   "pgkeep-restore -d app latest"},
    ProgramExample{"Take that back.", "pgkeep-restore --undo -d app"},
    ProgramExample{"Look at one table of an older archive, beside the database.",
                   "pgkeep-restore -d app --into=app_look -t orders --at=2026-05-04"},
};

constexpr std::array kVerifyExamples{
    ProgramExample{"Read every byte of every archive.", "pgkeep-verify"},
    ProgramExample{"Would the newest archive of each database restore?",
                   "pgkeep-verify --latest --level=drill"},
    ProgramExample{"Is every database proven and not older than a day and two hours?",
                   "pgkeep-verify --status --max-age=26h"},
    ProgramExample{"What has changed in a database since its archive?",
                   "pgkeep-verify -d app --against=app latest"},
};

constexpr ProgramInfo kBackup{
    ProgramId::backup,
    "pgkeep-backup",
    "[OPTION]... [DATABASE]...",
    "back up PostgreSQL databases, each to one proven .sql.gz",
    "Reads each database in one consistent snapshot, in parallel, and writes one archive "
    "`<database>_<YYYYMMDD>_<HHMMSS>.sql.gz` to the repository. The archive is a standard gzip "
    "file: `gunzip | psql` "
    "restores it without pgkeep. It carries a manifest with rows and content hash of every "
    "table.\n\n"
    "An archive gets its name only when it is complete and was read back and found right. A run "
    "that fails or is stopped "
    "leaves nothing behind.\n\n"
    "The database comes from `-d`, from the DATABASE arguments, or from the environment; `--all` "
    "takes every one. With several "
    "DATABASE arguments, or together with `-d`, the arguments are names of databases on the server "
    "that `-d` names.",
    kBackupExamples};

constexpr ProgramInfo kRestore{
    ProgramId::restore,
    "pgkeep-restore",
    "[OPTION]... [ARCHIVE | TIMESTAMP | latest]",
    "restore an archive, prove it, and only then let it take the name",
    "Verifies the archive, loads it in parallel into a staging database, compares every table with "
    "the archive, and only then gives the database its name. A database that has the name already "
    "is replaced: after a verified safety snapshot, and in one transaction that swaps the names; "
    "`--undo` goes back. When anything fails, or the program is stopped, the staging database is "
    "dropped and nothing else has changed.\n\n"
    "The archive is a file, the time of one in the repository as `--list` shows it, or `latest`. "
    "The target is the database of `-d`, or the one of `--into`, which must not exist. On a "
    "terminal the plan is shown and the name of the database that will be changed has to be typed; "
    "elsewhere `--yes` is needed.",
    kRestoreExamples};

constexpr ProgramInfo kVerify{
    ProgramId::verify,
    "pgkeep-verify",
    "[OPTION]... [ARCHIVE]...",
    "check that archives are what their writer wrote",
    "Reads archives without a server. For archives of pgkeep every byte "
    "is accounted for: checksums, rows and content hash of every table. "
    "Dumps that others wrote are read from end to end: the frame, the "
    "closing comment, closed COPY blocks. `--level=drill` also restores "
    "the archive into a throw-away server. The result is kept as evidence "
    "beside the archive; `--status` reads nothing else.\n\n"
    "An ARCHIVE is a file, or `latest` or a time for one in the "
    "repository. Without an argument the whole repository is verified, "
    "what was checked longest ago first.",
    kVerifyExamples};

constexpr std::array kEnvironment{
    NamedThing{"PGKEEP_REPOSITORY", "the repository, when `--repository` is not given"},
    NamedThing{"DATABASE_URL", "how to connect, as `-d`; counts before the `PG*` variables"},
    NamedThing{"PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGPASSFILE, PGSSLMODE, ...",
               "as for every program of libpq"},
};

constexpr std::array kFiles{
    NamedThing{"/etc/pgkeep/pgkeep.conf", "configuration of the machine"},
    NamedThing{"~/.config/pgkeep/pgkeep.conf",
               "configuration of the user, counts before the machine's"},
    NamedThing{"~/.pgpass", "passwords, see the manual of libpq"},
};

constexpr std::string_view kConfiguration =
    "The configuration file has one `name = value` a line. Names are those of the long options; a "
    "switch is `on` or `off`; an option "
    "that may be repeated may have several lines. Lines that are empty or begin with `#` or `;` "
    "are passed over. A value "
    "is taken as it stands, without quotes. An option that another of the three programs "
    "understands is passed over, so that all "
    "can share one file; one that none understands is an error. `pgkeep-backup --print-config` "
    "writes a file to start from.\n\n"
    "A line `[database NAME]` begins a section: what stands below it, up to the next one, is for "
    "backups and retention of that database, and what stands above the first section is for all. "
    "In a section may stand the rules for retention, `jobs`, `compress`, `verify`, `run-after`, "
    "the options that are gentle to the server, and those for parts of a database. A name with "
    "blanks at its ends is put in double quotes. `pgkeep-backup --show-config` shows what holds. "
    "The other programs do not look into sections.\n\n"
    "The command line counts before `--env-file`, that before the environment, that before a "
    "section of the configuration file, and that before the rest of it.";

} // namespace

ProgramInfo const &program_info(ProgramId program) noexcept {
    switch (program) {
    case ProgramId::backup:
        return kBackup;
    case ProgramId::restore:
        return kRestore;
    case ProgramId::verify:
        break;
    }
    return kVerify;
}

std::span<NamedThing const> environment_variables() noexcept {
    return kEnvironment;
}

std::span<NamedThing const> configuration_files() noexcept {
    return kFiles;
}

std::string_view configuration_text() noexcept {
    return kConfiguration;
}

} // namespace pgkeep
