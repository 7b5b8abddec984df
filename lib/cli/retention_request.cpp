#include "cli/retention_request.hpp"

#include "base/error.hpp"
#include "cli/connection_options.hpp"

#include <array>

namespace pgkeep {
namespace {

constexpr unsigned kAnomalyPercent = 50;
constexpr std::array kMarkOptions{"hold", "release", "adopt"};

unsigned count(Options const &options, char const *name) {
    return static_cast<unsigned>(options.number(name).value_or(0));
}

std::optional<std::chrono::seconds> window(Options const &options, char const *name) {
    auto const duration = options.duration(name);
    return duration ? std::optional{std::chrono::floor<std::chrono::seconds>(*duration)}
                    : std::nullopt;
}

RetentionPolicy policy_of(Options const &options) {
    RetentionPolicy policy;
    if (auto const days = options.number("retention-days")) {
        policy.max_age = std::chrono::days{*days};
    }
    policy.last = count(options, "keep-last");
    policy.hourly = count(options, "keep-hourly");
    policy.daily = count(options, "keep-daily");
    policy.weekly = count(options, "keep-weekly");
    policy.monthly = count(options, "keep-monthly");
    policy.yearly = count(options, "keep-yearly");
    policy.within = window(options, "keep-within");
    policy.min_keep = count(options, "min-keep");
    policy.keep_safety = window(options, "keep-safety");
    policy.calendar = options.text("calendar") == "local" ? Calendar::local : Calendar::utc;
    return policy;
}

bool marks_archives(Options const &options) {
    for (char const *name : kMarkOptions) {
        if (options.has(name)) {
            return true;
        }
    }
    return false;
}

// The configuration file may say what other runs need; only the command line can contradict.
void require_no_retention_contradiction(Options const &options) {
    bool const prunes = options.has("prune-only") || options.has("dry-run");
    if (prunes && marks_archives(options)) {
        refuse_usage("--prune-only and --dry-run exclude --hold, --release and --adopt",
                     "Mark the archives first, and prune in a second run.");
    }
    if (prunes && options.source("no-prune") == OptionSource::command_line) {
        refuse_usage("--no-prune excludes --prune-only and --dry-run",
                     "Leave out --no-prune to see or do what retention would.");
    }
    for (char const *name : {"file", "globals"}) {
        if (options.source(name) == OptionSource::command_line) {
            refuse_usage(std::string{"--"} + name + " has no effect where nothing is backed up",
                         "Leave it out.");
        }
    }
    if (options.source("all") == OptionSource::command_line && !options.arguments().empty()) {
        refuse_usage("--all and names of databases exclude each other",
                     "Leave out --all or the names; -x leaves some of all databases out.");
    }
}

std::vector<std::string> databases_of(Options const &options) {
    std::vector<std::string> names;
    for (std::string const &argument : options.arguments()) {
        names.push_back(database_of(argument));
    }
    if (auto const named = options.text("dbname", OptionSource::command_line);
        named && names.empty() && options.source("all") != OptionSource::command_line) {
        names.push_back(database_of(*named));
    }
    for (std::string const &name : names) {
        if (name.empty()) {
            refuse_usage("no database is named", "Give its name, as the repository has it.");
        }
    }
    return names;
}

} // namespace

RetentionRequest make_retention_request(Options const &options) {
    RetentionRequest request;
    request.policy = policy_of(options);
    if (request.policy.within && request.policy.within->count() <= 0) {
        refuse_usage("--keep-within needs a duration of a second or more",
                     "Leave it out to have no such rule.");
    }
    request.prune = !options.has("no-prune");
    request.anomaly_percent =
        static_cast<unsigned>(options.number("anomaly-rows").value_or(kAnomalyPercent));
    return request;
}

std::string RepositoryRequest::only_database() const {
    return databases.empty() ? std::string{} : databases.front();
}

bool wants_repository_work(Options const &options) {
    return options.has("prune-only") || options.has("dry-run") || marks_archives(options);
}

RepositoryRequest make_repository_request(Options const &options) {
    require_no_retention_contradiction(options);
    RepositoryRequest request;
    request.hold = options.list("hold");
    request.release = options.list("release");
    request.adopt = options.list("adopt");
    request.dry_run = options.has("dry-run");
    request.prune = request.dry_run || options.has("prune-only");
    request.databases = databases_of(options);
    request.excluded_databases = options.list("exclude-database");
    if (!request.prune && request.databases.size() > 1) {
        refuse_usage("--hold, --release and --adopt take at most one database",
                     "Name the one whose archives are meant, or none and the files.");
    }
    return request;
}

} // namespace pgkeep
