#include "restore/undo.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/existing_objects.hpp"
#include "repository/replacements.hpp"
#include "repository/repository.hpp"
#include "restore/kept.hpp"
#include "restore/preflight.hpp"
#include "restore/sessions.hpp"
#include "restore/staging.hpp"
#include "restore/swap.hpp"
#include "restore/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace pgkeep {
namespace {

// What an --undo can go back to.
struct WayBack {
    std::optional<KeptDatabase> kept; // by names, or else
    std::string safety_snapshot;      // path
};

// A swap leaves the owner as it was; a mark on a database of somebody else is not ours.
std::vector<KeptDatabase> own_kept(Connection &connection, std::optional<Target> const &current,
                                   std::string const &target) {
    auto kept = list_kept(connection, target);
    std::erase_if(kept, [&](KeptDatabase const &database) {
        return current && database.owner != current->properties.owner;
    });
    return kept;
}

// Whether what was only announced was done, too.
bool happened(Connection &connection, std::optional<Target> const &current,
              Replacement const &replacement, std::string const &folder) {
    if (replacement.old_database != 0) {
        return !current || current->oid != replacement.old_database;
    }
    Outcome const outcome = transaction_outcome(connection, replacement.transaction);
    switch (outcome) {
    case Outcome::committed:
        return true;
    case Outcome::aborted:
        return false;
    default:
        throw Error{
            ErrorKind::failed,
            "it is not known whether the restore of " + format_iso(replacement.time) +
                " was done: " +
                (outcome == Outcome::in_progress
                     ? "its transaction " + printable(replacement.transaction) + " has not ended"
                     : "the server does not know its transaction " +
                           printable(replacement.transaction) + " any more"),
            replacement.safety_snapshot.empty()
                ? "It took no safety snapshot. pgkeep-restore --list shows what there is."
                : "What was there before it is in " + printable(folder) + "/" +
                      printable(replacement.safety_snapshot) +
                      "; restore that with --backup-file if it is what you want."};
    }
}

// A run that was killed behind its swap may have left a database that no replacement speaks of.
// Otherwise the last replacement counts, and no earlier one.
WayBack find_way_back(std::vector<KeptDatabase> const &kept,
                      std::vector<Replacement> const &replacements, std::string const &folder) {
    auto const of = [&](std::uint32_t oid) {
        return std::find_if(kept.begin(), kept.end(),
                            [oid](KeptDatabase const &database) { return database.oid == oid; });
    };
    bool const last_is_known =
        kept.empty() ||
        std::any_of(replacements.begin(), replacements.end(), [&](Replacement const &replacement) {
            return replacement.old_database == kept.back().oid;
        });
    // Another repository may know of a kept one that is older than the last replacement here.
    if (!last_is_known && (replacements.empty() || kept.back().since >= replacements.back().time)) {
        return {kept.back(), {}};
    }
    if (replacements.empty()) {
        return {};
    }
    Replacement const &last = replacements.back();
    if (auto const found = of(last.old_database); last.old_database != 0 && found != kept.end()) {
        return {*found, {}};
    }
    return {std::nullopt, last.safety_snapshot.empty() ? "" : folder + "/" + last.safety_snapshot};
}

[[noreturn]] void nothing_to_go_back_to(std::string const &target,
                                        std::vector<Replacement> const &replacements,
                                        std::string const &folder) {
    std::string const name = quoted_name(target);
    std::string const hint = "pgkeep-restore --list shows the archives that could be restored.";
    if (replacements.empty()) {
        throw Error{ErrorKind::not_found,
                    "there is nothing to put back: " + printable(folder) +
                        " knows of no restore that replaced " + name,
                    hint};
    }
    throw Error{ErrorKind::not_found,
                "there is nothing to put back: the last restore of " + name + ", at " +
                    format_iso(replacements.back().time) +
                    ", took no safety snapshot, and what it replaced is gone",
                hint};
}

std::string describe_time(Time time) {
    return format_utc(time) + " UTC (" + format_local(time) + " local time)";
}

std::vector<std::string> describe_swap(KeptDatabase const &kept,
                                       std::optional<Target> const &current,
                                       std::string const &old_name) {
    std::string const target = printable(kept.target);
    std::vector<std::string> plan{
        fmt::format("put back the database that was replaced at {}, which is kept as \"{}\" and "
                    "belongs to {}",
                    describe_time(kept.since), printable(kept.name), printable(kept.owner))};
    if (current) {
        plan.push_back(fmt::format("end the sessions in \"{}\" (now {}), and in one transaction "
                                   "rename it to \"{}\" and \"{}\" to \"{}\"",
                                   target, current->sessions, printable(old_name),
                                   printable(kept.name), target));
        plan.push_back(
            fmt::format("keep \"{}\"; --undo again would put it back", printable(old_name)));
    } else {
        plan.push_back(fmt::format("rename \"{}\" to \"{}\"", printable(kept.name), target));
    }
    return plan;
}

void add_right_to_rename(Sessions const &sessions, Obstacles &obstacles,
                         std::stop_token const &token) {
    Connection connection = sessions.maintenance("undo", token);
    add_creating_obstacles(connection, {}, obstacles);
}

RestoreReport put_back_kept(Sessions const &sessions, KeptDatabase const &kept,
                            std::optional<Target> const &current, std::string const &repository,
                            RestoreOptions const &options, std::stop_token const &token) {
    Time const now = utc_now();
    RestoreReport report;
    report.target = options.target;
    report.plan = describe_swap(kept, current, old_name_for(options.target, now));
    Obstacles obstacles;
    add_right_to_rename(sessions, obstacles, token);
    if (current) {
        add_replacing_obstacles(sessions, *current, obstacles, token);
    }
    if (!obstacles.list.empty()) {
        throw combined_error(obstacles.list);
    }
    report.warnings = obstacles.warnings;
    if (options.dry_run) {
        return report;
    }
    // Also where nothing has the name now: any role that may create databases can make one that
    // looks kept.
    if (options.confirm) {
        options.confirm(report.plan);
    }
    std::optional<Replacement> replacement;
    if (current) {
        replacement = Replacement{now, current->system_identifier, {}, current->oid};
        announce_replacement(repository, options.target, *replacement);
    }
    SwapResult const swap = swap_back(sessions, kept, current, now, {}, token);
    if (replacement) {
        record_replacement(repository, options.target, *replacement);
    }
    report.swap_duration = swap.duration;
    report.duration = swap.duration;
    report.swapped_back = true;
    report.old_database = swap.old_name;
    report.warnings.insert(report.warnings.end(), swap.warnings.begin(), swap.warnings.end());
    return report;
}

} // namespace

RestoreReport undo_restore(RestoreOptions const &options, std::string const &repository,
                           std::stop_token const &token, Progress &progress) {
    require_usable_name(options.target);
    WayBack way;
    std::string const folder = Repository{repository}.database_folder(options.target);
    {
        Sessions const sessions{options, token};
        Connection claim = claim_target(sessions, options.target, token);
        auto const current = find_target(sessions, options.target, token);
        auto replacements = read_replacements(folder, read_system_identifier(claim));
        while (!replacements.empty() && !replacements.back().recorded &&
               !happened(claim, current, replacements.back(), folder)) {
            replacements.pop_back();
        }
        way = find_way_back(own_kept(claim, current, options.target), replacements, folder);
        if (way.kept) {
            return put_back_kept(sessions, *way.kept, current, repository, options, token);
        }
        if (way.safety_snapshot.empty()) {
            nothing_to_go_back_to(options.target, replacements, folder);
        }
    }
    return restore_file(way.safety_snapshot, options, token, progress);
}

} // namespace pgkeep
