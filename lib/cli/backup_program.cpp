#include "backup/backup.hpp"
#include "base/log.hpp"
#include "cli/backup_frame.hpp"
#include "cli/backup_report.hpp"
#include "cli/backup_request.hpp"
#include "cli/config_text.hpp"
#include "cli/mark_program.hpp"
#include "cli/programs.hpp"
#include "cli/prune_program.hpp"
#include "cli/report_json.hpp"
#include "cli/tally.hpp"
#include "model/name_pattern.hpp"
#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/sqlstate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

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

// What was done, but should be looked at by a person.
struct Attention {
    std::size_t anomalies = 0;
    std::size_t untried_drills = 0;
    std::size_t failed_prunes = 0;
    std::size_t unrecorded = 0; // archives without the evidence of their check
    std::size_t incomplete = 0; // archives without something that the role may not save

    [[nodiscard]] bool any() const {
        return anomalies + untried_drills + failed_prunes + unrecorded + incomplete > 0;
    }
    void add(Attention const &other) {
        anomalies += other.anomalies;
        untried_drills += other.untried_drills;
        failed_prunes += other.failed_prunes;
        unrecorded += other.unrecorded;
        incomplete += other.incomplete;
    }
    // Throws Error{attention} when there is something.
    void raise() const {
        if (anomalies > 0) {
            throw Error{ErrorKind::attention,
                        fmt::format("{} a look beside the one before",
                                    anomalies == 1 ? "a new archive needs" : "new archives need"),
                        "The warnings above say why. Retention is held until "
                        "pgkeep-backup --release=ARCHIVE accepts it."};
        }
        if (incomplete > 0) {
            throw Error{ErrorKind::attention, "objects of the database are not in the archive",
                        "The archive is published. The warnings above say what pg_dump left out; "
                        "back up as a superuser to have it."};
        }
        if (untried_drills > 0) {
            throw Error{ErrorKind::attention, "a drill could not be tried",
                        "The archive is published and read back. The warnings above say what a "
                        "drill needs."};
        }
        if (unrecorded > 0) {
            throw Error{ErrorKind::attention, "the evidence of a check could not be written",
                        "The archive is published and was read back, but does not count as proven "
                        "before pgkeep-verify has read it."};
        }
        if (failed_prunes > 0) {
            throw Error{ErrorKind::attention, "old archives could not be removed",
                        "The backup itself is complete. The warnings above say what is wrong."};
        }
    }
};

// Retention of a database after its backup, or why there is none this time.
void follow_up(Run &run, RetentionRequest const &request, BackupReport const &report,
               nlohmann::ordered_json &outcome, Attention &attention) {
    std::string const &database = report.manifest.origin.database;
    if (!report.anomalies.empty()) {
        ++attention.anomalies;
        for (std::string const &anomaly : report.anomalies) {
            log(LogLevel::warning, "database \"{}\": {}", printable(database), anomaly);
        }
        log(LogLevel::warning, "retention of database \"{}\" is held; {} is published",
            printable(database), printable(report.archive));
        return;
    }
    if (request.prune && !request.policy.empty() &&
        !prune_after_backup(run, Repository{repository_folder(run.options())}, database,
                            request.policy, outcome)) {
        ++attention.failed_prunes;
    }
}

// What hooks and metrics are told of a backup that was made.
void describe(BackupReport const &report, Attention const &attention, BackupOutcome &outcome) {
    std::string const line = backup_line(report.manifest.origin.database, report);
    outcome.database = report.manifest.origin.database;
    outcome.archive = report.archive;
    outcome.message = line.substr(0, line.size() - 1);
    if (attention.any()) {
        outcome.exit_code = exit_code(ErrorKind::attention);
        outcome.message = !report.anomalies.empty()  ? report.anomalies.front()
                          : !report.left_out.empty() ? "left out: " + report.left_out.front()
                          : !report.untried.empty()  ? "there was no drill: " + report.untried
                          : !report.unrecorded.empty()
                              ? "the evidence of the check is missing: " + report.unrecorded
                              : "old archives could not be removed";
    }
}

void note_unrecorded(std::string const &archive, std::string const &why, Attention &attention) {
    if (!why.empty()) {
        ++attention.unrecorded;
        log(LogLevel::warning, "{} is published, but the evidence of its check is not: {}",
            printable(archive), why);
    }
}

void back_up_one(Run &run, BackupRequest const &request, DatabaseRequest const &own,
                 Attention &total, BackupOutcome &outcome) {
    BackupOptions options = own.options;
    nlohmann::ordered_json retention;
    Attention attention;
    if (!request.file) {
        options.follow_up = [&](BackupReport const &report) {
            follow_up(run, own.retention, report, retention, attention);
        };
    }
    BackupReport const report =
        backup_database(options, destination_of(run, request), run.token(), run.progress());
    run.mark_done();
    std::string const &name = report.manifest.origin.database;
    if (!report.untried.empty()) {
        ++attention.untried_drills;
        log(LogLevel::warning, "database \"{}\": there was no drill: {}", printable(name),
            report.untried);
    }
    attention.incomplete += report.left_out.empty() ? 0 : 1;
    note_unrecorded(report.archive, report.unrecorded, attention);
    total.add(attention);
    describe(report, attention, outcome);
    auto entry = backup_json(name, report);
    if (!retention.is_null()) {
        entry["retention"] = std::move(retention);
    }
    run.document()["databases"].push_back(std::move(entry));
    std::string const line = backup_line(name, report);
    if (request.file == "-") {
        log_message(LogLevel::info, std::string_view{line}.substr(0, line.size() - 1));
    } else if (run.shows_results()) {
        run.print_done(line);
    }
}

// For messages, before a connection could tell the name.
std::string label(BackupRequest const &request, std::string const &database) {
    return database.empty() ? request.options.connection.describe()
                            : "database \"" + printable(database) + '"';
}

void back_up_globals(Run &run, BackupRequest const &request, Attention &attention) {
    BackupOptions options = request.options;
    options.connection = connect_to_cluster(run, request).effective_settings();
    Repository const repository{repository_folder(run.options())};
    nlohmann::ordered_json retention;
    auto const prune = [&](GlobalsReport const & /*report*/) {
        bool const wanted = request.retention.prune && !request.retention.policy.empty();
        if (wanted &&
            !prune_after_backup(run, repository, {}, request.retention.policy, retention)) {
            ++attention.failed_prunes;
        }
    };
    GlobalsReport const report = backup_globals(options, repository, run.token(), prune);
    run.mark_done();
    for (std::string const &warning : report.warnings) {
        log_message(LogLevel::warning, warning);
    }
    note_unrecorded(report.archive, report.unrecorded, attention);
    run.document()["globals"] = globals_json(report);
    if (!retention.is_null()) {
        run.document()["globals"]["retention"] = std::move(retention);
    }
    if (run.shows_results()) {
        run.print_done(globals_line(report));
    }
}

// Of each database, so that what is wrong with one is known before anything is started.
std::vector<DatabaseRequest> requests_of_databases(Run const &run, BackupRequest const &request) {
    std::vector<DatabaseRequest> requests;
    for (std::string const &database : request.databases) {
        requests.push_back(make_database_request(run.options().for_database(database), request,
                                                 database, run.token()));
    }
    return requests;
}

int back_up_all(Run &run, BackupRequest const &request, BackupFrame &frame) {
    auto const databases = requests_of_databases(run, request);
    Attention attention;
    Tally tally{databases.size() + (request.globals ? 1 : 0)};
    if (request.globals) {
        tally.attempt("globals", run.document()["globals"],
                      [&] { back_up_globals(run, request, attention); });
    }
    for (DatabaseRequest const &own : databases) {
        nlohmann::ordered_json failure;
        bool const done = tally.attempt(label(request, own.database), failure, [&] {
            frame.around_database(own, [&](BackupOutcome &outcome) {
                back_up_one(run, request, own, attention, outcome);
            });
        });
        if (!done) {
            failure["database"] = json_name(own.database);
            run.document()["databases"].push_back(std::move(failure));
        }
    }
    int const code = tally.finish();
    attention.raise();
    return code;
}

// What the service file says, where there are sections that the name could have.
std::string true_name(Run &run, BackupRequest const &request, std::string const &database) {
    if (!database.empty() || run.options().sections().empty()) {
        return database;
    }
    Connection connection{request.options.connection, request.options.policy, run.token()};
    return connection.effective_settings().get("dbname");
}

// Fills in names that only the server knows.
void name_databases(Run &run, BackupRequest &request) {
    if (request.all) {
        request.databases = find_all_databases(run, request);
    }
    for (std::string &database : request.databases) {
        database = true_name(run, request, database);
    }
}

int show_config(Run &run) {
    BackupRequest request =
        make_backup_request(run.options(), run.prints_to_terminal(), run.token());
    name_databases(run, request);
    auto const shared = effective_values(run.options(), ConfigScope::whole_run);
    run.document()["connection"] = json_name(request.options.connection.describe());
    run.document()["configuration"] = values_json(shared);
    run.document()["databases"] = nlohmann::ordered_json::array();
    std::string text = "Connects to " + request.options.connection.describe() + "\n\n" +
                       format_values("The whole run:", shared);
    for (std::string const &database : request.databases) {
        auto const own =
            effective_values(run.options().for_database(database), ConfigScope::one_database);
        text += '\n' + format_values("Database \"" + printable(database) + "\":", own);
        run.document()["databases"].push_back(
            {{"database", json_name(database)}, {"configuration", values_json(own)}});
    }
    for (std::string const &section : run.options().sections()) {
        if (std::find(request.databases.begin(), request.databases.end(), section) ==
            request.databases.end()) {
            text += "\nNot used by this run: [database " + printable(section) + "]\n";
        }
    }
    if (!run.json()) {
        run.print(text);
    }
    static_cast<void>(requests_of_databases(run, request)); // says what is wrong with them
    return 0;
}

int work_on_repository(Run &run) {
    RepositoryRequest const work = make_repository_request(run.options());
    int const code = work.prune ? run_prune(run, work) : run_marks(run, work);
    if (!work.dry_run && !refresh_metrics(run.options())) {
        throw Error{ErrorKind::attention, "the metrics are those of before",
                    "The work itself is done. The warning above says what is wrong."};
    }
    return code;
}

} // namespace

int run_backup(Run &run) {
    if (run.options().has("print-config")) {
        run.print(format_starting_config());
        return 0;
    }
    if (run.options().has("show-config")) {
        return show_config(run);
    }
    if (wants_repository_work(run.options())) {
        return work_on_repository(run);
    }
    run.document()["databases"] = nlohmann::ordered_json::array();
    BackupRequest request =
        make_backup_request(run.options(), run.prints_to_terminal(), run.token());
    if (!request.all) {
        static_cast<void>(requests_of_databases(run, request)); // refused before a hook is run
    }
    BackupFrame frame{run, request};
    return frame.around([&] {
        try {
            name_databases(run, request);
        } catch (Error const &error) {
            if (error.kind() != ErrorKind::cancelled) {
                frame.say_what_is_still_good();
            }
            throw;
        }
        return back_up_all(run, request, frame);
    });
}

} // namespace pgkeep
