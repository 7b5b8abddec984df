#include "cli/backup_request.hpp"

#include "base/log.hpp"
#include "cli/connection_options.hpp"
#include "model/name_pattern.hpp"
#include "verify/drill.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

constexpr int kDefaultLevel = 6;

// Databases that the command line names count before `all` of the configuration file.
bool wants_all(Options const &options) {
    if (options.source("all") != OptionSource::configuration) {
        return options.has("all");
    }
    return options.arguments().empty() && !options.text("dbname", OptionSource::command_line);
}

// Names, of which none is what libpq would take apart: it may hold a password, and names appear in
// messages.
void require_names(std::vector<std::string> const &arguments) {
    for (std::string const &argument : arguments) {
        if (argument.find("://") != std::string::npos || argument.find('=') != std::string::npos) {
            refuse_usage(
                "one of the database names is a connection string",
                "With several arguments each is the name of a database; say with -d how to "
                "connect.");
        }
    }
}

// The connection, and the databases that the arguments, -d or the environment name.
void find_databases(Options const &options, BackupRequest &request) {
    auto const &arguments = options.arguments();
    bool const one_connection_text =
        arguments.size() == 1 && !options.text("dbname", OptionSource::command_line);
    request.options.connection = connection_settings(
        options, one_connection_text ? std::optional{arguments.front()} : std::nullopt);
    if (request.all) {
        return;
    }
    ConnectionSettings const &connection = request.options.connection;
    if (!arguments.empty() && !one_connection_text) {
        require_names(arguments);
        request.databases = arguments;
    } else if (!connection.get("dbname").empty() || !connection.get("service").empty()) {
        request.databases = {connection.get("dbname")};
    }
}

void remove_repeats(std::vector<std::string> &names) {
    std::vector<std::string> once;
    for (std::string &name : names) {
        if (std::find(once.begin(), once.end(), name) == once.end()) {
            once.push_back(std::move(name));
        }
    }
    names = std::move(once);
}

// As they will be used, so that a wrong one is refused before anything is started.
void check_patterns(Options const &options) {
    for (char const *name : {"table", "exclude-table", "exclude-table-data"}) {
        for (std::string const &pattern : options.list(name)) {
            static_cast<void>(parse_table_pattern(pattern));
        }
    }
    for (char const *name : {"schema", "exclude-schema", "exclude-database"}) {
        for (std::string const &pattern : options.list(name)) {
            static_cast<void>(parse_name_pattern(pattern));
        }
    }
}

void check_selection(Options const &options, BackupRequest const &request) {
    if (request.all && !options.arguments().empty()) {
        refuse_usage("--all and names of databases exclude each other",
                     "Leave out --all or the names; -x leaves some of all databases out.");
    }
    if (!request.all && options.source("exclude-database") == OptionSource::command_line) {
        refuse_usage("--exclude-database has no effect without --all",
                     "Add --all, or leave it out.");
    }
    if (!request.all && request.databases.empty() && !request.globals) {
        refuse_usage(
            "no database was named",
            "Name one as the argument, with -d or in PGDATABASE or DATABASE_URL; --all takes all.");
    }
}

// Nothing in the repository's names says that an archive is a part.
void check_filters(BackupFilters const &filters, BackupRequest const &request) {
    bool const any = !filters.schemas.empty() || !filters.excluded_schemas.empty() ||
                     !filters.tables.empty() || !filters.excluded_tables.empty() ||
                     !filters.excluded_table_data.empty();
    if (any && !request.file && (request.all || !request.databases.empty())) {
        refuse_usage(
            "a part of a database needs --file",
            "A partial archive in the repository would pass for a full one; write it to a file "
            "with -f.");
    }
}

void check_file(Options const &options, BackupRequest const &request, bool stdout_is_terminal) {
    if (!request.file) {
        return;
    }
    if (request.all || request.databases.size() != 1 || request.globals) {
        refuse_usage("--file takes the archive of exactly one database",
                     "Leave --file out to write several archives to the repository.");
    }
    if (*request.file != "-") {
        return;
    }
    if (options.has("json")) {
        refuse_usage("--json and --file=- both need standard output",
                     "Write the archive to a file, or leave out --json.");
    }
    if (stdout_is_terminal) {
        refuse_usage("standard output is a terminal", "Redirect it to a file or a pipe.");
    }
    if (options.source("verify") == OptionSource::command_line &&
        request.options.check != BackupCheck::none) {
        refuse_usage("--verify cannot read back what goes to standard output",
                     "Write to a file, or run pgkeep-verify where the archive ends up.");
    }
}

DrillRun drill_before_publishing(std::string const &bindir, unsigned jobs) {
    return [=](std::string const &path, std::stop_token const &token, Progress &progress) {
        DrillOptions options;
        options.bindir = bindir;
        DrillReport report = run_drill(path, options, jobs, {}, token, progress);
        for (std::string const &note : report.notes) {
            log_message(LogLevel::info, note);
        }
        DrillVerdict verdict{{}, std::move(report.untried)};
        for (Finding const &finding : report.findings) {
            verdict.findings.push_back(finding.text());
        }
        return verdict;
    };
}

BackupOptions operation_options(Options const &options, std::stop_token const &token) {
    BackupOptions backup;
    backup.policy = connect_policy(options, "backup", token);
    backup.bindir = options.text("bindir").value_or("");
    backup.jobs = jobs_of(options);
    backup.level = static_cast<int>(options.number("compress").value_or(kDefaultLevel));
    backup.filters = {.schemas = options.list("schema"),
                      .excluded_schemas = options.list("exclude-schema"),
                      .tables = options.list("table"),
                      .excluded_tables = options.list("exclude-table"),
                      .excluded_table_data = options.list("exclude-table-data")};
    if (options.has("serializable-deferrable")) {
        backup.isolation = SnapshotIsolation::serializable_deferrable;
    }
    backup.lock_wait_timeout =
        options.duration("lock-wait-timeout").value_or(std::chrono::milliseconds{0});
    backup.longest_blocking = backup.lock_wait_timeout;
    backup.max_rate = options.size("max-rate").value_or(0);
    auto const check = options.text("verify");
    if (check == "none") {
        backup.check = BackupCheck::none;
    } else if (check == "drill") {
        backup.drill = drill_before_publishing(backup.bindir, backup.jobs);
    }
    return backup;
}

} // namespace

BackupRequest make_backup_request(Options const &options, bool stdout_is_terminal,
                                  std::stop_token const &token) {
    check_patterns(options);
    BackupRequest request;
    request.all = wants_all(options);
    request.excluded_databases = options.list("exclude-database");
    request.options = operation_options(options, token);
    request.retention = make_retention_request(options);
    request.options.anomaly_percent = request.retention.anomaly_percent;
    request.globals = options.choose("globals", "no-globals").value_or(request.all);
    request.file = options.text("file");
    request.run_before = options.text("run-before").value_or("");
    request.run_after = options.text("run-after").value_or("");
    find_databases(options, request);
    remove_repeats(request.databases);
    check_selection(options, request);
    check_filters(request.options.filters, request);
    check_file(options, request, stdout_is_terminal);
    return request;
}

DatabaseRequest make_database_request(Options const &options, BackupRequest const &request,
                                      std::string const &database, std::stop_token const &token) {
    check_patterns(options);
    DatabaseRequest own{database, operation_options(options, token),
                        make_retention_request(options), options.text("run-after").value_or("")};
    own.options.connection = database.empty() ? request.options.connection
                                              : request.options.connection.with_database(database);
    own.options.policy = request.options.policy; // it remembers the password that was typed
    own.options.anomaly_percent = own.retention.anomaly_percent;
    if (request.file == "-") {
        own.options.check = BackupCheck::none;
    }
    check_filters(own.options.filters, request);
    return own;
}

std::string repository_folder(Options const &options) {
    auto const named = options.text("repository");
    return named ? *named : default_repository();
}

} // namespace pgkeep
