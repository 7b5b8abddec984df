#include "backup/schema.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "pg/server_message.hpp"
#include "pg/sqlstate.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace pgkeep {

namespace {

// The first thing that pg_dump --verbose says after it has locked the tables, in releases 12 to 18.
// Where it does not come, the tables are locked when pg_dump has ended; a change in between is
// noticed either way.
constexpr std::string_view kTablesLocked = "reading user-defined functions";

// What pg_dump says when an object vanished between its snapshot and its look at the live catalog,
// or when somebody who changes tables in another order than it locks them got in its way.
constexpr std::array<std::string_view, 4> kMovedPhrases{"cache lookup failed", "does not exist",
                                                        "could not open relation with OID",
                                                        "deadlock detected"};

// In front of what pg_dump warns of, and what it says of objects that it leaves out for want of a
// right, such as subscriptions. It succeeds all the same.
constexpr std::string_view kWarning = "pg_dump: warning: ";
constexpr std::string_view kLeftOut = "not dumped";
// Of the order of rows, which pg_dump does not write here.
constexpr std::string_view kRowsOnly = "circular foreign-key constraints";

bool contains(std::string_view text, std::string_view phrase) {
    return text.find(phrase) != std::string_view::npos;
}

void add_patterns(std::vector<std::string> &argv, std::string const &option,
                  std::vector<std::string> const &patterns) {
    for (std::string const &pattern : patterns) {
        argv.push_back(option + "=" + pattern);
    }
}

std::vector<std::string> pg_dump_arguments(ProgramSet const &programs,
                                           std::string const &snapshot_id,
                                           std::string const &encoding,
                                           BackupOptions const &options) {
    std::vector<std::string> argv{programs.path("pg_dump"),
                                  "--format=custom",
                                  "--section=pre-data",
                                  "--section=post-data",
                                  "--create",
                                  std::string{kNoLargeObjects},
                                  "--no-password",
                                  "--snapshot=" + snapshot_id,
                                  "--encoding=" + encoding,
                                  "--verbose"};
    if (options.lock_wait_timeout.count() > 0) {
        argv.push_back("--lock-wait-timeout=" + std::to_string(options.lock_wait_timeout.count()));
    }
    add_patterns(argv, "--schema", options.filters.schemas);
    add_patterns(argv, "--exclude-schema", options.filters.excluded_schemas);
    add_patterns(argv, "--table", options.filters.tables);
    add_patterns(argv, "--exclude-table", options.filters.excluded_tables);
    // Decides whether a materialized view is refreshed.
    add_patterns(argv, "--exclude-table-data", options.filters.excluded_table_data);
    return argv;
}

// The lines that matter among those of --verbose.
std::string errors_in(std::string const &said) {
    std::string errors;
    std::istringstream lines{said};
    for (std::string line; std::getline(lines, line);) {
        bool const matters = contains(line, "error:") || contains(line, "detail:") ||
                             contains(line, "hint:") || contains(line, "warning:");
        if (matters) {
            errors += (errors.empty() ? "" : "; ") + line;
        }
    }
    return errors;
}

std::string hint_for_lost_session(std::string const &said) {
    for (std::string_view const phrase :
         {"conflict with recovery", "terminating connection", "server closed the connection"}) {
        if (contains(said, phrase)) {
            return std::string{"Look at the server's log. "} + kStandbyHint;
        }
    }
    return {};
}

[[noreturn]] void fail_pg_dump(ChildCommand const &command, ChildResult const &result) {
    std::string const said = errors_in(result.stderr_tail);
    if (contains(said, "permission denied")) {
        throw Error{ErrorKind::privilege, "pg_dump may not read the whole schema: " + said,
                    "GRANT SELECT on the table to the backup's role, or make it a member of "
                    "pg_read_all_data; or leave the table out with -T."};
    }
    if (contains(said, "no matching")) {
        throw Error{ErrorKind::usage, said, "Check the patterns of -n, -t and their quotes."};
    }
    // pg_dump bounds the wait for its locks with statement_timeout.
    if (contains(said, "statement timeout")) {
        throw PgError{ErrorKind::failed, "pg_dump waited too long for a lock: " + said,
                      "Run the backup when no schema change is waiting, or raise "
                      "--lock-wait-timeout.",
                      std::string{sqlstate::kLockNotAvailable}};
    }
    for (std::string_view const phrase : {"connection slots", "too many c"}) {
        if (contains(said, phrase)) {
            throw Error{ErrorKind::connection, "pg_dump got no connection: " + said,
                        "Use fewer --jobs, raise max_connections of the server, or raise the "
                        "connection limit of the role or database."};
        }
    }
    for (std::string_view const phrase : kMovedPhrases) {
        if (contains(said, phrase)) {
            throw Error{ErrorKind::schema_moved, "the schema changed under pg_dump: " + said,
                        "Run the backup again when no schema change is going on."};
        }
    }
    if (said.empty()) {
        require_success(command, result);
    }
    throw Error{ErrorKind::failed, "pg_dump failed: " + said, hint_for_lost_session(said)};
}

// pg_dump said that all went well, and what it wrote cannot be read.
[[noreturn]] void fail_list(ChildCommand const &command, ChildResult const &result) {
    try {
        require_success(command, result);
    } catch (Error const &error) {
        throw Error{ErrorKind::failed,
                    "pg_dump ended without an error, but what it wrote cannot be read: " +
                        std::string{error.what()},
                    "Check that " + command.argv.at(0) +
                        " and the pg_dump beside it belong to one installation of PostgreSQL."};
    }
    throw Error{ErrorKind::failed, "what pg_dump wrote cannot be read"};
}

} // namespace

SchemaArchive::SchemaArchive(ProgramSet const &programs, ConnectionSettings const &settings,
                             std::string const &session, std::string const &snapshot_id,
                             std::string const &encoding, BackupOptions const &options,
                             std::function<void()> const &locked, std::stop_token const &token)
    : programs_(programs), file_("pgkeep-schema") {
    ChildCommand dump;
    dump.argv = pg_dump_arguments(programs, snapshot_id, encoding, options);
    dump.environment = settings.environment();
    dump.unset = settings.environment_to_unset();
    dump.environment["LC_ALL"] = "C"; // what it says is read
    dump.environment["PG_COLOR"] = "never";
    dump.environment["PGAPPNAME"] = session;
    dump.stdout_fd = file_.fd();
    bool joined = false;
    dump.on_stderr_line = [&](std::string_view line) {
        if (!joined && contains(line, kTablesLocked)) {
            joined = true;
            locked();
        }
        if (line.starts_with(kWarning)) {
            note_warning(line.substr(kWarning.size()));
        }
    };
    ChildResult const dumped = run_child(dump, token);
    if (!dumped.succeeded()) {
        fail_pg_dump(dump, dumped);
    }

    std::string listing;
    ChildCommand list;
    list.argv = {programs.path("pg_restore"), "--list", file_.path()};
    list.inherit = {file_.fd()};
    list.on_stdout = [&](std::string_view piece) { listing += piece; };
    ChildResult const listed = run_child(list, token);
    if (!listed.succeeded()) {
        fail_list(list, listed);
    }
    toc_ = parse_toc(listing);
}

void SchemaArchive::note_warning(std::string_view text) {
    log(contains(text, kRowsOnly) ? LogLevel::debug : LogLevel::warning, "pg_dump warns: {}", text);
    if (contains(text, kLeftOut)) {
        left_out_.emplace_back(text);
    }
}

std::string SchemaArchive::pre_data(TextSink const &sink, std::stop_token const &token) const {
    return section("pre-data", RestrictLine::keep, sink, token);
}

void SchemaArchive::post_data(TextSink const &sink, std::stop_token const &token) const {
    section("post-data", RestrictLine::drop, sink, token);
}

std::string SchemaArchive::section(std::string const &name, RestrictLine restrict_line,
                                   TextSink const &sink, std::stop_token const &token) const {
    SchemaTextFilter filter{restrict_line, sink};
    ChildCommand restore;
    restore.argv = {programs_.path("pg_restore"), "--section=" + name, "--file=-", file_.path()};
    restore.inherit = {file_.fd()};
    restore.on_stdout = [&](std::string_view piece) { filter.add(piece); };
    require_success(restore, run_child(restore, token));
    filter.finish();
    return filter.restrict_key();
}

} // namespace pgkeep
