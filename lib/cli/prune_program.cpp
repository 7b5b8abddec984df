#include "cli/prune_program.hpp"

#include "base/log.hpp"
#include "cli/backup_request.hpp"
#include "cli/prune_report.hpp"
#include "cli/report_json.hpp"
#include "cli/tally.hpp"
#include "cli/whole_repository.hpp"
#include "model/sql_text.hpp"
#include "repository/known_database.hpp"
#include "repository/prune.hpp"
#include "restore/name_matcher.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgkeep {
namespace {

std::string label(std::string const &database) {
    return database.empty() ? "globals" : printable(database);
}

PrunePlan plan_for(Repository const &repository, std::string const &database,
                   RetentionPolicy const &policy, Time now) {
    return plan_prune(database.empty() ? read_globals_states(repository)
                                       : read_states(repository, database),
                      policy, now);
}

void log_result(PrunePlan const &plan, PruneResult const &result) {
    for (PruneEntry const &entry : plan.entries) {
        if (!entry.verdict.keep) {
            log(LogLevel::info, "retention: {}: {}", printable(entry.state.file.path),
                why_text(entry));
        }
    }
    for (PruneResult::Spared const &archive : result.spared) {
        log(archive.failed ? LogLevel::warning : LogLevel::info, "{} is not removed: {}",
            printable(archive.path), archive.why);
    }
}

// The names that the repository has, without what --exclude-database leaves out; the globals last.
std::vector<std::string> all_databases(Repository const &repository,
                                       RepositoryRequest const &request) {
    std::vector<std::string> names = repository.databases();
    for (std::string const &pattern : request.excluded_databases) {
        SchemaMatcher const excluded{pattern};
        std::erase_if(names, [&](std::string const &name) { return excluded.matches(name); });
    }
    names.emplace_back();
    return names;
}

// One database of --prune-only or --dry-run; false when something could not be removed.
bool prune_one(Run &run, RepositoryRequest const &request, std::string const &database,
               RetentionPolicy const &policy) {
    Repository const repository{repository_folder(run.options())};
    std::optional<RunLock> lock;
    if (!request.dry_run && !policy.empty()) {
        lock.emplace(lock_for_prune(repository, database));
    }
    Time const now = utc_now();
    PrunePlan const plan = plan_for(repository, database, policy, now);
    if (plan.entries.empty()) {
        return true;
    }
    nlohmann::ordered_json entry{
        {"database", database.empty() ? nlohmann::ordered_json{} : json_name(database)},
        {"archives", prune_plan_json(plan, now)},
        {"would_free", plan.condemned_size}};
    std::optional<PruneResult> result;
    if (!request.dry_run) {
        result = apply_prune(repository, plan, run.token());
        log_result(plan, *result);
        entry.update(prune_result_json(*result));
    }
    run.document()["retention"].push_back(std::move(entry));
    if (!run.json() && !run.quiet()) {
        run.print(format_prune_plan(plan, now) +
                  format_prune_summary(label(database), plan, result ? &*result : nullptr));
    }
    return !result || !result->failed();
}

// Of the section of `database` in the configuration file, if there is one.
RetentionPolicy policy_for(Options const &options, std::string const &database) {
    return make_retention_request(database.empty() ? options : options.for_database(database))
        .policy;
}

} // namespace

bool prune_after_backup(Run &run, Repository const &repository, std::string const &database,
                        RetentionPolicy const &policy, nlohmann::ordered_json &outcome) {
    try {
        PrunePlan const plan = plan_for(repository, database, policy, utc_now());
        PruneResult const result = apply_prune(repository, plan, run.token());
        log_result(plan, result);
        outcome = prune_result_json(result);
        return !result.failed();
    } catch (Error const &error) {
        if (error.kind() == ErrorKind::cancelled) {
            throw;
        }
        add_failure(outcome, error);
        log(LogLevel::warning, "old archives of {} are not pruned: {}", label(database),
            error.what());
        return false;
    }
}

int run_prune(Run &run, RepositoryRequest const &request) {
    run.document()["retention"] = nlohmann::ordered_json::array();
    run.document()["dry_run"] = request.dry_run;
    Repository const repository{repository_folder(run.options())};
    for (std::string const &name : request.databases) {
        require_archives_of(repository, name);
    }
    auto const names =
        request.databases.empty() ? all_databases(repository, request) : request.databases;
    bool const any = std::any_of(names.begin(), names.end(), [&](std::string const &name) {
        return !policy_for(run.options(), name).empty();
    });
    if (!any) {
        log(LogLevel::warning, "no rule for retention was given: nothing is removed");
    }
    Tally tally{names.size()};
    std::size_t incomplete = 0;
    for (std::string const &name : names) {
        nlohmann::ordered_json failure;
        bool const done = tally.attempt(label(name), failure, [&] {
            incomplete += prune_one(run, request, name, policy_for(run.options(), name)) ? 0 : 1;
        });
        if (!done) {
            failure["database"] = name.empty() ? nlohmann::ordered_json{} : json_name(name);
            run.document()["retention"].push_back(std::move(failure));
        }
    }
    int const code = tally.finish();
    if (incomplete > 0) {
        throw Error{ErrorKind::attention, "some archives could not be removed",
                    "The warnings above say which, and why."};
    }
    if (request.databases.empty()) {
        require_all_readable(repository);
    }
    return code;
}

} // namespace pgkeep
