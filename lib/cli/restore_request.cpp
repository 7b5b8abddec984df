#include "cli/restore_request.hpp"

#include "archive/reader.hpp"
#include "base/error.hpp"
#include "cli/backup_request.hpp"
#include "cli/connection_options.hpp"
#include "model/sql_text.hpp"
#include "repository/repository.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

[[noreturn]] void refuse(std::string const &message, std::string const &hint = {}) {
    throw Error{ErrorKind::usage, message, hint};
}

// Only what was said on the command line: a name from the environment or a configuration file was
// meant for backups.
std::string target_of(Options const &options) {
    if (auto const into = options.text("into")) {
        return *into;
    }
    auto const named = options.text("dbname", OptionSource::command_line);
    std::string target = named ? database_of(*named) : std::string{};
    if (target.empty()) {
        refuse("no target database was named",
               "Name the new database with -d or --into; it must not exist.");
    }
    return target;
}

std::string find_archive(Options const &options, Time now) {
    auto const &arguments = options.arguments();
    auto const file = options.text("backup-file");
    auto const at = options.time("at", now);
    int const ways = static_cast<int>(arguments.size()) + (file ? 1 : 0) + (at ? 1 : 0);
    if (ways > 1) {
        refuse("more than one archive was named",
               "Give one ARCHIVE, TIMESTAMP or latest, or --backup-file, or --at.");
    }
    if (ways == 0) {
        refuse("no archive was named", "Name a file, a time as --list shows it, or latest.");
    }
    if (file) {
        return *file;
    }
    Repository const repository{repository_folder(options)};
    std::string const database = source_database(options);
    return at ? repository.newest_not_after(*at, database)
              : repository.resolve(arguments.front(), database, now);
}

RestoreCheck check_of(Options const &options) {
    auto const check = options.text("check");
    if (check == "counts") {
        return RestoreCheck::counts;
    }
    return check == "none" ? RestoreCheck::none : RestoreCheck::content;
}

std::string_view type_name(SourceType type) {
    switch (type) {
    case SourceType::gzip:
        return "a gzip file";
    case SourceType::plain:
        return "a plain script";
    case SourceType::pg_custom:
        return "an archive of pg_dump --format=custom";
    case SourceType::tar:
        return "a tar file";
    case SourceType::archive:
    case SourceType::broken:
    case SourceType::empty:
        break;
    }
    return "a file";
}

std::string_view other_way(SourceType type) {
    switch (type) {
    case SourceType::gzip:
        return "If it is a script: gunzip -c FILE | psql -X -v ON_ERROR_STOP=1 -d NEW";
    case SourceType::plain:
        return "If it is a script: psql -X -v ON_ERROR_STOP=1 -d NEW -f FILE";
    default:
        return "PostgreSQL's own pg_restore reads archives of pg_dump.";
    }
}

} // namespace

std::string source_database(Options const &options) {
    if (auto const from = options.text("from-database")) {
        return *from;
    }
    auto const named = options.text("dbname", OptionSource::command_line);
    return named ? database_of(*named) : std::string{};
}

RestoreRequest make_restore_request(Options const &options, Time now,
                                    std::stop_token const &token) {
    RestoreRequest request;
    request.options.target = target_of(options);
    request.options.policy = connect_policy(options, "restore", token);
    request.options.bindir = options.text("bindir").value_or("");
    request.options.jobs = jobs_of(options);
    request.options.check = check_of(options);
    request.options.no_owner = options.has("no-owner");
    request.options.no_privileges = options.has("no-privileges");
    request.options.no_tablespaces = options.has("no-tablespaces");
    request.options.role = options.text("role").value_or("");
    request.options.dry_run = options.has("dry-run");
    request.options.connection = connection_settings(options);
    request.archive = find_archive(options, now);
    return request;
}

void require_restorable(ByteSource const &source) {
    SourceType const type = detect_source(source);
    std::string const name = printable(source.name());
    if (type == SourceType::empty) {
        throw Error{ErrorKind::damaged, name + " is empty"};
    }
    if (type == SourceType::broken) {
        throw Error{ErrorKind::damaged, name + " is not complete: it has no footer",
                    "It was cut, or is still being written; pgkeep-verify says how much of it can "
                    "be read."};
    }
    if (type != SourceType::archive) {
        throw Error{ErrorKind::version,
                    fmt::format("{} was not written by pgkeep: it is {}", name, type_name(type)),
                    std::string{other_way(type)}};
    }
    if (auto const footer = read_footer(source); footer && footer->kind == ArchiveKind::globals) {
        throw Error{ErrorKind::usage, name + " holds roles and tablespaces, not a database",
                    "Restore it with: gunzip -c FILE | psql -X -d postgres"};
    }
}

} // namespace pgkeep
