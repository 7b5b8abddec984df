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
    ProgramExample{"Restore the newest archive of a database beside it, under another name.",
                   "pgkeep-restore -d app --into app_check latest"},
    ProgramExample{
        "What was there on a day, into a new database on another server.",
        "pgkeep-restore -d \"host=db2 dbname=app_may\" --from-database=app --at=2026-05-04"},
};

constexpr std::array kVerifyExamples{
    ProgramExample{"Read every byte of every archive.", "pgkeep-verify"},
    ProgramExample{"The newest archive of each database, as JSON.",
                   "pgkeep-verify --latest --json"},
    ProgramExample{"One file, wherever it is.",
                   "pgkeep-verify /mnt/usb/app_20260112_120000.sql.gz"},
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
    "restore an archive into a new database, and prove it",
    "Verifies the whole archive, loads it in parallel into a staging database, compares every "
    "table with the archive, and "
    "only then gives the database its name. When anything fails, or the program is stopped, the "
    "staging database is dropped.\n\n"
    "The archive is a file, the time of one in the repository as `--list` shows it, or `latest`. "
    "The target is the database of "
    "`-d`, or the one of `--into`. It must not exist: nothing is ever replaced.",
    kRestoreExamples};

constexpr ProgramInfo kVerify{ProgramId::verify,
                              "pgkeep-verify",
                              "[OPTION]... [ARCHIVE]...",
                              "check that archives are what their writer wrote",
                              "Reads archives without a server. For archives of pgkeep every byte "
                              "is accounted for: checksums, rows and content hash "
                              "of every table. Scripts that others wrote (plain or gzip) are read "
                              "from end to end: the frame, the closing comment, closed "
                              "COPY blocks. The result is kept as evidence beside the archive.\n\n"
                              "An ARCHIVE is a file, or `latest` or a time for one in the "
                              "repository. Without an argument the whole repository is verified.",
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
    "can share one file; one that none understands is an error.\n\n"
    "The command line counts before `--env-file`, that before the environment, that before the "
    "configuration file.";

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
