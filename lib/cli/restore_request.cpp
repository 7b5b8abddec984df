#include "cli/restore_request.hpp"

#include "base/error.hpp"
#include "cli/backup_request.hpp"
#include "cli/connection_options.hpp"
#include "model/sql_text.hpp"
#include "repository/repository.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace pgkeep {

namespace {

// Only what was said on the command line: a name from the environment or a configuration file was
// meant for backups.
std::string target_of(Options const &options) {
    if (auto const into = options.text("into")) {
        return *into;
    }
    auto const named = options.text("dbname", OptionSource::command_line);
    std::string target = named ? database_of(*named) : std::string{};
    if (target.empty()) {
        refuse_usage("no target database was named",
                     "Name it with -d (replaced when it exists) or --into (must not exist).");
    }
    return target;
}

std::string find_archive(Options const &options, Time now) {
    auto const &arguments = options.arguments();
    auto const file = options.text("backup-file");
    auto const at = options.time("at", now);
    int const ways = static_cast<int>(arguments.size()) + (file ? 1 : 0) + (at ? 1 : 0);
    if (ways > 1) {
        refuse_usage("more than one archive was named",
                     "Give one ARCHIVE, TIMESTAMP or latest, or --backup-file, or --at.");
    }
    if (ways == 0) {
        refuse_usage("no archive was named", "Name a file, a time as --list shows it, or latest.");
    }
    if (file) {
        return *file;
    }
    Repository const repository{repository_folder(options)};
    std::string const database = source_database(options);
    return at ? repository.newest_not_after(*at, database)
              : repository.resolve(arguments.front(), database, now);
}

// `latest` or a time was given, and not the file itself.
bool names_no_file(Options const &options, std::string const &archive) {
    auto const &arguments = options.arguments();
    return !arguments.empty() && arguments.front() != archive &&
           !archive.ends_with("/" + arguments.front());
}

RestoreCheck check_of(Options const &options) {
    auto const check = options.text("check");
    if (check == "counts") {
        return RestoreCheck::counts;
    }
    return check == "none" ? RestoreCheck::none : RestoreCheck::content;
}

RestorePart part_of(Options const &options) {
    RestorePart part;
    part.tables = options.list("table");
    part.schemas = options.list("schema");
    part.schema = !options.has("data-only");
    part.data = !options.has("schema-only");
    auto const rows = options.text("existing-rows");
    part.existing_rows = rows == "append"    ? ExistingRows::append
                         : rows == "replace" ? ExistingRows::replace
                                             : ExistingRows::refuse;
    return part;
}

struct Contradiction {
    std::string_view one;
    std::string_view other;
    std::string_view why;
};

constexpr std::array kContradictions{
    Contradiction{"schema-only", "data-only", "Without either, both are restored."},
    Contradiction{"into", "in-place", "--into makes a new database, --in-place fills one."},
    Contradiction{"into", "data-only", "Name the database that has the tables with -d."},
    Contradiction{"into", "undo", "--undo names the database with -d."},
    Contradiction{"in-place", "keep-old", "--in-place makes no second database."},
    Contradiction{"stdout", "in-place", "--stdout restores nothing."},
    Contradiction{"stdout", "undo", "--stdout restores nothing."},
    Contradiction{"stdout", "dry-run", "--stdout restores nothing."},
    Contradiction{"stdout", "json", "Standard output can hold one of them."},
};

void require_no_restore_contradiction(Options const &options) {
    for (auto const &pair : kContradictions) {
        if (options.has(pair.one) && options.has(pair.other)) {
            refuse_usage(fmt::format("--{} and --{} exclude each other", pair.one, pair.other),
                         std::string{pair.why});
        }
    }
    if (options.has("existing-rows") && !options.has("data-only")) {
        refuse_usage("--existing-rows is for --data-only",
                     "With definitions, tables that exist are never touched.");
    }
    if (options.has("undo")) {
        for (auto const *name :
             {"table", "schema", "schema-only", "data-only", "backup-file", "at"}) {
            if (options.has(name)) {
                refuse_usage(
                    fmt::format("--undo puts back a whole database and knows no --{}", name),
                    "Leave it out. A part can be restored from the safety snapshot, which --list "
                    "shows.");
            }
        }
        if (!options.arguments().empty()) {
            refuse_usage("--undo takes no archive",
                         "It finds what the last restore of -d replaced by itself.");
        }
    }
}

ExistingDatabase existing_of(Options const &options) {
    if (options.has("into")) {
        return ExistingDatabase::refuse;
    }
    return options.has("in-place") ? ExistingDatabase::in_place : ExistingDatabase::replace;
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
    require_no_restore_contradiction(options);
    RestoreRequest request;
    request.undo = options.has("undo");
    request.to_stdout = options.has("stdout");
    request.may_ask = !options.has("yes");
    RestoreOptions &restore = request.options;
    restore.target = request.to_stdout ? std::string{} : target_of(options);
    restore.existing = existing_of(options);
    restore.part = part_of(options);
    restore.keep_old = options.has("keep-old");
    restore.policy = connect_policy(options, "restore", token);
    restore.bindir = options.text("bindir").value_or("");
    restore.jobs = jobs_of(options);
    restore.check = check_of(options);
    restore.no_owner = options.has("no-owner");
    restore.no_privileges = options.has("no-privileges");
    restore.no_tablespaces = options.has("no-tablespaces");
    restore.role = options.text("role").value_or("");
    restore.dry_run = options.has("dry-run");
    restore.connection = connection_settings(options);
    restore.repository = repository_folder(options);
    restore.safety_snapshot = !options.has("no-safety-snapshot");
    if (!request.undo) {
        request.archive = find_archive(options, now);
        restore.chosen_by_time = options.has("at") || names_no_file(options, request.archive);
    }
    return request;
}

} // namespace pgkeep
