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

#include <fmt/format.h>
#include <unistd.h>

namespace pgkeep {

namespace {

// A database to connect to for questions about the whole cluster.
ConnectionSettings maintenance_settings(BackupRequest const &request) {
    ConnectionSettings const &settings = request.options.connection;
    if (!settings.get("dbname").empty()) {
        return settings;
    }
    return settings.with_database(request.databases.empty() ? "postgres"
                                                            : request.databases.front());
}

std::vector<std::string> find_all_databases(Run &run, BackupRequest const &request) {
    std::vector<std::string> excluded;
    for (std::string const &pattern : request.excluded_databases) {
        excluded.push_back(parse_name_pattern(pattern));
    }
    Connection connection{maintenance_settings(request), request.options.policy, run.token()};
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
    options.connection = options.connection.with_database(database);
    if (request.file == "-") {
        options.check = BackupCheck::none;
    }
    BackupReport const report =
        backup_database(options, destination_of(run, request), run.token(), run.progress());
    run.document()["databases"].push_back(backup_json(database, report));
    std::string const line = backup_line(database, report);
    if (request.file == "-") {
        log_message(LogLevel::info, std::string_view{line}.substr(0, line.size() - 1));
    } else if (run.shows_results()) {
        run.print(line);
    }
}

void back_up_globals(Run &run, BackupRequest const &request) {
    BackupOptions options = request.options;
    options.connection = maintenance_settings(request);
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
        bool const done = tally.attempt("database \"" + printable(database) + '"', failure,
                                        [&] { back_up_one(run, request, database); });
        if (!done) {
            failure["database"] = json_name(database);
            run.document()["databases"].push_back(std::move(failure));
        }
    }
    return tally.finish();
}

} // namespace pgkeep
