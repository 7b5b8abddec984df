#include "archive/reader.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "cli/backup_request.hpp"
#include "cli/list_report.hpp"
#include "cli/programs.hpp"
#include "cli/report_json.hpp"
#include "cli/restore_report.hpp"
#include "cli/restore_request.hpp"
#include "model/sql_text.hpp"

namespace pgkeep {

namespace {

int list_archives(Run &run, Time now) {
    if (!run.options().arguments().empty()) {
        throw Error{ErrorKind::usage, "--list takes no argument",
                    "Name the database with -d or --from-database."};
    }
    Repository const repository{repository_folder(run.options())};
    auto const entries = list_entries(repository, source_database(run.options()));
    run.document()["repository"] = json_name(repository.folder());
    run.document()["archives"] = list_json(entries, now);
    if (run.json()) {
        return 0;
    }
    if (entries.empty()) {
        log_message(LogLevel::warning,
                    "there are no archives in " + printable(repository.folder()));
    } else {
        run.print(format_list(entries, now));
    }
    return 0;
}

void print_report(Run &run, RestoreReport const &report, RestoreRequest const &request) {
    for (std::string const &warning : report.warnings) {
        log_message(LogLevel::warning, warning);
    }
    run.document().update(restore_json(report, request.options.check, request.archive));
    if (run.json()) {
        return;
    }
    if (request.options.dry_run) {
        run.print(format_plan(report));
    } else if (run.shows_results()) {
        run.print(format_proof(report, request.options.check) +
                  format_summary(report, request.archive));
    }
}

} // namespace

int run_restore(Run &run) {
    Time const now = utc_now();
    if (run.options().has("list")) {
        return list_archives(run, now);
    }
    RestoreRequest const request = make_restore_request(run.options(), now, run.token());
    FileSource const source{request.archive};
    require_restorable(source);
    RestoreReport const report =
        restore_archive(source, request.options, run.token(), run.progress());
    print_report(run, report, request);
    return 0;
}

} // namespace pgkeep
