#include "cli/verify_selection.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "cli/backup_request.hpp"
#include "cli/restore_request.hpp"
#include "model/sql_text.hpp"
#include "repository/archive_state.hpp"
#include "repository/known_database.hpp"
#include "repository/latest.hpp"
#include "repository/repository.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace pgkeep {

namespace {

std::vector<std::string> resolve_arguments(Options const &options, Repository const &repository,
                                           Time now) {
    for (std::string_view const name : {"latest", "subset"}) {
        if (options.has(name)) {
            refuse_usage("--" + std::string{name} + " and an ARCHIVE exclude each other",
                         "Leave out the one or the other.");
        }
    }
    std::vector<std::string> paths;
    for (std::string const &argument : options.arguments()) {
        paths.push_back(repository.resolve(argument, source_database(options), now));
    }
    return paths;
}

// `20%`; 100 without --subset.
std::uint64_t percent_of(Options const &options) {
    std::string text = options.text("subset").value_or("100%");
    if (text.ends_with('%')) {
        text.pop_back();
    }
    auto const percent = parse_size(text);
    if (!percent || *percent < 1 || *percent > 100) {
        throw Error{ErrorKind::usage, "--subset: \"" + printable(text) + "\" is no percentage",
                    "Give a whole number from 1% to 100%."};
    }
    return *percent;
}

Time checked(ArchiveState const &state) {
    Evidence const *check = state.last_check();
    return check == nullptr ? Time::min() : check->time;
}

std::size_t share_of(std::size_t count, std::uint64_t percent) {
    return (count * percent + 99) / 100;
}

// Those whose last check is longest ago come first: a run that was interrupted goes on where it
// was, and a subset goes round the repository. Of a file without a footer no check is remembered:
// of these each day takes the next share.
std::vector<std::string> longest_unchecked(std::vector<ArchiveState> states, std::uint64_t percent,
                                           Time now) {
    auto const others = std::stable_partition(states.begin(), states.end(),
                                              [](auto const &state) { return state.file.footer; });
    std::stable_sort(states.begin(), others,
                     [](auto const &a, auto const &b) { return checked(a) < checked(b); });
    auto const ours = static_cast<std::size_t>(others - states.begin());
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < share_of(ours, percent); ++i) {
        paths.push_back(states[i].file.path);
    }
    std::size_t const rest = states.size() - ours;
    std::size_t const share = share_of(rest, percent);
    auto const day = static_cast<std::size_t>(now.time_since_epoch() / std::chrono::days{1});
    for (std::size_t i = 0; i < share; ++i) {
        paths.push_back(states[ours + (day % rest * share + i) % rest].file.path);
    }
    return paths;
}

std::vector<std::string> latest_of_all(std::vector<ArchiveState> const &states, Time now) {
    std::vector<std::string> paths;
    for (LatestArchives const &latest : latest_of_each(states, now)) {
        if (latest.ahead) {
            log(LogLevel::warning,
                "all archives of database \"{}\" are dated in the future; pgkeep-restore takes "
                "none of them as the latest",
                printable(latest.database));
        }
        paths.insert(paths.end(), latest.paths.begin(), latest.paths.end());
    }
    if (paths.empty()) {
        throw Error{ErrorKind::not_found,
                    "none of the archives was written by pgkeep as a backup, or adopted",
                    "pgkeep-restore --list shows what there is; leave out --latest to verify all."};
    }
    return paths;
}

} // namespace

std::vector<std::string> select_for_verification(Options const &options, Time now) {
    Repository const repository{repository_folder(options)};
    if (!options.arguments().empty()) {
        return resolve_arguments(options, repository, now);
    }
    std::uint64_t const percent = percent_of(options);
    std::string const database = source_database(options);
    auto states = read_states(repository, database);
    if (states.empty()) {
        throw no_archives(repository, database);
    }
    return options.has("latest") ? latest_of_all(states, now)
                                 : longest_unchecked(std::move(states), percent, now);
}

} // namespace pgkeep
