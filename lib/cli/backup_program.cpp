#include "backup/backup.hpp"
#include "base/log.hpp"
#include "cli/backup_report.hpp"
#include "cli/backup_request.hpp"
#include "cli/programs.hpp"
#include "cli/report_json.hpp"
#include "cli/tally.hpp"
#include "model/name_pattern.hpp"
#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/sqlstate.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace pgkeep {

namespace {

// Whether another database of the server may still let us in: not after a wrong password, and not
// while the server lets nobody in.
bool concerns_one_database(PgError const &error) {
    return !error.sqlstate().empty() && !error.sqlstate().starts_with("28") &&
           !explain_sqlstate(error.sqlstate()).may_pass;
}

// For questions about the whole cluster: none of the databases that are backed up is needed.
Connection connect_to_cluster(Run &run, BackupRequest const &request) {
    ConnectionSettings const &settings = request.options.connection;
    std::vector<std::string> names{"postgres", "template1"};
    if (auto const named = settings.get("dbname"); !named.empty()) {
        names.insert(names.begin(), named);
    }
    std::optional<PgError> first;
    for (std::string const &name : names) {
        try {
            return Connection{settings.with_database(name), request.options.policy, run.token()};
        } catch (PgError const &error) {
            if (!concerns_one_database(error)) {
                throw;
            }
            log_message(LogLevel::info, error.what());
            first = first.value_or(error);
        }
    }
    throw PgError{*first};
}

std::vector<std::string> find_all_databases(Run &run, BackupRequest const &request) {
    std::vector<std::string> excluded;
    for (std::string const &pattern : request.excluded_databases) {
        excluded.push_back(parse_name_pattern(pattern));
    }
    Connection connection = connect_to_cluster(run, request);
    auto databases = list_databases(connection, excluded);
    if (databases.empty()) {
        throw Error{ErrorKind::not_found, "no database is left to back up",
                    "--exclude-database matches all of them."};
    }
    return databases;
}

Destination destination_of(Run const &run, BackupRequest const &request) {
    if (!request.file) {
        return Repository{repository_folder(run.options())};
    }
    if (*request.file == "-") {
        return ToDescriptor{STDOUT_FILENO, "standard output"};
    }
    return ToFile{*request.file};
}

void back_up_one(Run &run, BackupRequest const &request, std::string const &database) {
    BackupOptions options = request.options;
    if (!database.empty()) {
        options.connection = options.connection.with_database(database);
    }
    if (request.file == "-") {
        options.check = BackupCheck::none;
    }
    BackupReport const report =
        backup_database(options, destination_of(run, request), run.token(), run.progress());
    std::string const &name = report.manifest.origin.database;
    run.document()["databases"].push_back(backup_json(name, report));
    std::string const line = backup_line(name, report);
    if (request.file == "-") {
        log_message(LogLevel::info, std::string_view{line}.substr(0, line.size() - 1));
    } else if (run.shows_results()) {
        run.print(line);
    }
}

// For messages, before a connection could tell the name.
std::string label(BackupRequest const &request, std::string const &database) {
    return database.empty() ? request.options.connection.describe()
                            : "database \"" + printable(database) + '"';
}

void back_up_globals(Run &run, BackupRequest const &request) {
    BackupOptions options = request.options;
    options.connection = connect_to_cluster(run, request).effective_settings();
    GlobalsReport const report =
        backup_globals(options, Repository{repository_folder(run.options())}, run.token());
    for (std::string const &warning : report.warnings) {
        log_message(LogLevel::warning, warning);
    }
    run.document()["globals"] = globals_json(report);
    if (run.shows_results()) {
        run.print(globals_line(report));
    }
}

} // namespace

int run_backup(Run &run) {
    run.document()["databases"] = nlohmann::ordered_json::array();
    BackupRequest request =
        make_backup_request(run.options(), run.prints_to_terminal(), run.token());
    if (request.all) {
        request.databases = find_all_databases(run, request);
    }
    Tally tally{request.databases.size() + (request.globals ? 1 : 0)};
    if (request.globals) {
        tally.attempt("globals", run.document()["globals"], [&] { back_up_globals(run, request); });
    }
    for (std::string const &database : request.databases) {
        nlohmann::ordered_json failure;
        bool const done = tally.attempt(label(request, database), failure,
                                        [&] { back_up_one(run, request, database); });
        if (!done) {
            failure["database"] = json_name(database);
            run.document()["databases"].push_back(std::move(failure));
        }
    }
    return tally.finish();
}

} // namespace pgkeep
