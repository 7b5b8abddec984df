#include "base/log.hpp"
#include "cli/backup_request.hpp"
#include "cli/connection_options.hpp"
#include "cli/drift_report.hpp"
#include "cli/junit_report.hpp"
#include "cli/programs.hpp"
#include "cli/report_json.hpp"
#include "cli/restore_request.hpp"
#include "cli/status_report.hpp"
#include "cli/tally.hpp"
#include "cli/verify_report.hpp"
#include "cli/verify_selection.hpp"
#include "cli/whole_repository.hpp"
#include "model/sql_text.hpp"
#include "repository/known_database.hpp"
#include "verify/assertions.hpp"
#include "verify/drift.hpp"
#include "verify/gentle_source.hpp"
#include "verify/verify.hpp"

#include <fmt/format.h>

#include <optional>

namespace pgkeep {

namespace {

VerifyLevel level_of(Options const &options) {
    auto const level = options.text("level");
    if (level == "quick") {
        return VerifyLevel::quick;
    }
    return level == "drill" ? VerifyLevel::drill : VerifyLevel::checksum;
}

VerifyOptions verify_options(Options const &options) {
    VerifyOptions verify;
    verify.level = level_of(options);
    verify.jobs = jobs_of(options);
    verify.drill.bindir = options.text("bindir").value_or("");
    verify.drill.assertion_files = options.list("sql");
    verify.needs_evidence = options.has("subset");
    return verify;
}

void refuse_together(Options const &options, std::string_view one, std::string_view other) {
    if (options.has(one) && options.has(other)) {
        refuse_usage(fmt::format("--{} and --{} exclude each other", one, other),
                     "Leave out the one or the other.");
    }
}

void require_no_verify_contradiction(Options const &options) {
    refuse_together(options, "status", "against");
    refuse_together(options, "latest", "subset");
    auto const needs = [&](std::string_view option, bool met, std::string const &what) {
        if (options.has(option) && !met) {
            refuse_usage(fmt::format("--{} is for {}", option, what),
                         fmt::format("Add {}, or leave out --{}.", what, option));
        }
    };
    needs("sql", level_of(options) == VerifyLevel::drill, "--level=drill");
    // In a configuration file it stands beside other uses of the program.
    if (options.source("max-age") == OptionSource::command_line) {
        needs("max-age", options.has("status"), "--status");
    }
    if (options.text("format") == "nagios" && !options.has("status")) {
        refuse_usage("--format=nagios is for --status", "Add --status, or use another format.");
    }
    if (options.text("format") == "junit" && (options.has("status") || options.has("against"))) {
        refuse_usage("--format=junit is for the verification of archives",
                     "Use --format=json here, or leave out --status and --against.");
    }
}

std::optional<std::chrono::seconds> max_age_of(Options const &options) {
    auto const limit = options.duration("max-age");
    return limit ? std::optional{std::chrono::floor<std::chrono::seconds>(*limit)} : std::nullopt;
}

std::vector<DatabaseStatus> read_status(Repository const &repository, Options const &options,
                                        Time now) {
    if (!options.arguments().empty()) {
        refuse_usage("--status takes no ARCHIVE", "Name a database with -d.");
    }
    std::string const database = source_database(options);
    refuse_unknown_database(repository, database);
    return summarize(read_states(repository, database), now, max_age_of(options));
}

// Whoever runs it as a plugin reads one line on standard output and takes 1 and 2 for an answer.
int show_nagios_status(Run &run, Time now) {
    NagiosResult result;
    try {
        require_no_verify_contradiction(run.options());
        Repository const repository{repository_folder(run.options())};
        if (source_database(run.options())
                .empty()) { // it must not say that what nobody knows is well
            require_all_readable(repository);
        }
        result = nagios_status(read_status(repository, run.options(), now), now,
                               max_age_of(run.options()));
    } catch (...) {
        Error const error = current_error();
        if (error.kind() == ErrorKind::cancelled) {
            throw;
        }
        run.print(nagios_unknown(error.what()));
        throw Error{ErrorKind::attention, error.what(), error.hint()};
    }
    run.print(result.line);
    return result.code;
}

int show_status(Run &run, Time now) {
    Options const &options = run.options();
    Repository const repository{repository_folder(options)};
    auto const all = read_status(repository, options, now);
    run.document()["repository"] = json_name(repository.folder());
    run.document()["databases"] = status_json(all, now);
    if (!run.json()) {
        run.print(format_status(all, now));
    }
    std::string bad;
    for (DatabaseStatus const &status : all) {
        if (status.health != Health::good) {
            bad += (bad.empty() ? "" : "; ") + describe_health(status, now);
        }
    }
    if (all.empty()) {
        bad = "there are no archives that count in " + printable(repository.folder());
    }
    if (!bad.empty()) {
        throw Error{ErrorKind::attention, bad, "pgkeep-restore --list shows every archive."};
    }
    return 0;
}

int compare_live(Run &run, Time now) {
    Options const &options = run.options();
    if (options.arguments().size() != 1) {
        throw Error{ErrorKind::usage, "--against compares exactly one ARCHIVE",
                    "Name a file, a time as --list shows it, or latest (with -d)."};
    }
    DriftOptions drift;
    drift.connection = connection_settings(options, options.text("against"));
    drift.policy = connect_policy(options, "against", run.token());
    drift.jobs = jobs_of(options);
    auto const paths = select_for_verification(options, now);
    DriftReport const report =
        compare_with_database(paths.front(), drift, run.token(), run.progress());
    run.document().update(drift_json(report, paths.front()));
    if (!run.json() && (!run.quiet() || !report.same())) {
        run.print(format_drift(report, paths.front()));
    }
    if (!report.same()) {
        throw Error{ErrorKind::differs,
                    fmt::format("{} differs from {} in {}", printable(report.database),
                                printable(paths.front()), format_differences(report))};
    }
    return 0;
}

// Verifies archives one after the other and keeps count.
class Verification {
public:
    explicit Verification(Run &run) : run_(run), options_(verify_options(run.options())) {
        // Before the first archive is read.
        static_cast<void>(read_assertions(options_.drill.assertion_files));
        if (auto const rate = run.options().size("max-rate"); rate && *rate > 0) {
            rate_.emplace(*rate, run.token());
            options_.rate = &*rate_;
            yield_to_other_io();
        }
    }

    int run(std::vector<std::string> const &paths) {
        Tally tally{paths.size()};
        try {
            for (std::string const &path : paths) {
                one(tally, path);
            }
        } catch (...) {
            print_junit();
            throw;
        }
        print_junit();
        return finish(tally, paths.size());
    }

private:
    void one(Tally &tally, std::string const &path) {
        nlohmann::ordered_json failure;
        bool const read = tally.attempt(printable(path), failure, [&] { verify(path); });
        if (!read) {
            damaged_ += failure["exit_code"] == exit_code(ErrorKind::damaged) ? 1 : 0;
            failure["archive"] = json_name(path);
            run_.document()["archives"].push_back(std::move(failure));
        }
    }

    void verify(std::string const &path) {
        try {
            show(verify_file(path, options_, run_.token(), run_.progress()));
        } catch (...) {
            junit_.add_error(path, current_error());
            throw;
        }
    }

    void show(VerifyReport const &report) {
        damaged_ += report.passed() ? 0 : 1;
        untried_ += report.untried.empty() ? 0 : 1;
        junit_.add(report);
        run_.document()["archives"].push_back(verify_json(report));
        bool const good = report.passed() && report.untried.empty();
        if (!is_junit() && !run_.json() && (!run_.quiet() || !good)) {
            run_.print(format_verify_report(report));
        }
    }

    [[nodiscard]] bool is_junit() const { return run_.options().text("format") == "junit"; }
    void print_junit() {
        if (is_junit()) {
            run_.print(junit_.text());
        }
    }

    [[nodiscard]] int finish(Tally const &tally, std::size_t count) const {
        if (damaged_ > 0) {
            throw Error{ErrorKind::damaged,
                        fmt::format("{} of {} archives damaged or failed", damaged_, count),
                        "Do not remove older archives before a new backup has been verified."};
        }
        int const code = tally.finish();
        if (untried_ > 0) {
            throw Error{
                ErrorKind::attention,
                fmt::format("{} of {} archives could not be tried in a drill", untried_, count),
                "The report says what is missing on this machine."};
        }
        return code;
    }

    Run &run_;
    VerifyOptions options_;
    std::optional<RateLimit> rate_;
    JunitReport junit_;
    std::size_t damaged_ = 0;
    std::size_t untried_ = 0;
};

} // namespace

int run_verify(Run &run) {
    Time const now = utc_now();
    if (run.options().has("status") && run.options().text("format") == "nagios") {
        return show_nagios_status(run, now);
    }
    require_no_verify_contradiction(run.options());
    bool const whole = run.options().arguments().empty() && source_database(run.options()).empty();
    Repository const repository{repository_folder(run.options())};
    if (run.options().has("status")) {
        int const code = show_status(run, now);
        if (whole) {
            require_all_readable(repository);
        }
        return code;
    }
    if (run.options().has("against")) {
        return compare_live(run, now);
    }
    run.document()["archives"] = nlohmann::ordered_json::array();
    int const code = Verification{run}.run(select_for_verification(run.options(), now));
    if (whole) {
        require_all_readable(repository);
    }
    return code;
}

} // namespace pgkeep
