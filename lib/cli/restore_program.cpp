#include "backup/device.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "cli/backup_request.hpp"
#include "cli/list_report.hpp"
#include "cli/programs.hpp"
#include "cli/report_json.hpp"
#include "cli/restore_report.hpp"
#include "cli/restore_request.hpp"
#include "cli/terminal.hpp"
#include "cli/whole_repository.hpp"
#include "model/sql_text.hpp"
#include "repository/known_database.hpp"
#include "restore/script_output.hpp"
#include "restore/undo.hpp"

#include <unistd.h>

namespace pgkeep {

namespace {

int list_archives(Run &run, Time now) {
    if (!run.options().arguments().empty()) {
        throw Error{ErrorKind::usage, "--list takes no argument",
                    "Name the database with -d or --from-database."};
    }
    Repository const repository{repository_folder(run.options())};
    std::string const database = source_database(run.options());
    refuse_unknown_database(repository, database);
    auto const entries = read_states(repository, database);
    run.document()["repository"] = json_name(repository.folder());
    run.document()["archives"] = list_json(entries, now);
    if (entries.empty() && !run.json()) {
        log_message(LogLevel::warning, no_archives(repository, database).what());
    } else if (!run.json()) {
        run.print(format_list(entries, now));
    }
    if (database.empty()) {
        require_all_readable(repository);
    }
    return 0;
}

void print_report(Run &run, RestoreReport const &report, RestoreRequest const &request) {
    for (std::string const &warning : report.warnings) {
        log_message(LogLevel::warning, warning);
    }
    run.document().update(restore_json(report));
    if (!request.options.dry_run) {
        run.mark_done();
    }
    if (run.json()) {
        return;
    }
    if (request.options.dry_run) {
        run.print(format_plan(report.plan));
    } else if (run.shows_results()) {
        run.print_done(report.swapped_back ? format_swap(report)
                                           : format_proof(report) + format_summary(report));
    }
}

// Shows the plan and lets the operator type the name of the database that will be changed. Throws
// Error{usage} when the answer is another one, or there is nobody to ask.
void confirm(Run &run, std::string const &target, std::vector<std::string> const &plan) {
    std::string const name = "database \"" + printable(target) + "\"";
    run.progress().phase("question", 0);
    auto const answer =
        has_terminal() && !run.json()
            ? ask_line(format_plan(plan) + "\n" + name + " exists. To go on, type its name: ",
                       run.token())
            : std::nullopt;
    if (!answer) {
        throw Error{ErrorKind::usage, name + " exists, and there is no terminal to ask on",
                    "Nothing was changed. See the plan with --dry-run and confirm it with --yes, "
                    "or restore beside with --into=NAME."};
    }
    if (*answer != target) {
        throw Error{ErrorKind::usage,
                    "the name that was typed is not \"" + printable(target) + "\"",
                    "Nothing was changed."};
    }
}

int print_script(Run &run, RestoreRequest const &request) {
    if (::isatty(STDOUT_FILENO) == 1) {
        throw Error{ErrorKind::usage, "--stdout would print the script to the terminal",
                    "Redirect standard output to a file or a program."};
    }
    InterruptibleSink sink{STDOUT_FILENO, "standard output", run.token()};
    FileSource const source{request.archive};
    write_script_output(source, request.options, sink, run.token(), run.progress());
    return 0;
}

} // namespace

int run_restore(Run &run) {
    Time const now = utc_now();
    if (run.options().has("list")) {
        return list_archives(run, now);
    }
    RestoreRequest request = make_restore_request(run.options(), now, run.token());
    if (request.to_stdout) {
        return print_script(run, request);
    }
    if (request.may_ask) {
        request.options.confirm = [&](std::vector<std::string> const &plan) {
            confirm(run, request.options.target, plan);
        };
    }
    RestoreReport const report =
        request.undo
            ? undo_restore(request.options, request.options.repository, run.token(), run.progress())
            : restore_file(request.archive, request.options, run.token(), run.progress());
    print_report(run, report, request);
    return report.attention ? exit_code(ErrorKind::attention) : 0;
}

} // namespace pgkeep
