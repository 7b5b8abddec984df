#include "restore/undo.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "restore/kept.hpp"
#include "restore/preflight.hpp"
#include "restore/safety.hpp"
#include "restore/sessions.hpp"
#include "restore/staging.hpp"
#include "restore/swap.hpp"
#include "restore/target.hpp"

#include <fmt/format.h>

#include <optional>

namespace pgkeep {
namespace {

// A swap leaves the owner as it was; a mark on a database of somebody else is not ours.
std::optional<KeptDatabase> newest_kept(Connection &connection,
                                        std::optional<Target> const &current,
                                        std::string const &target) {
    auto kept = list_kept(connection, target);
    std::erase_if(kept, [&](KeptDatabase const &database) {
        return current && database.owner != current->properties.owner;
    });
    return kept.empty() ? std::nullopt : std::optional{std::move(kept.back())};
}

std::string system_identifier_of(Sessions const &sessions, std::stop_token const &token) {
    Connection connection = sessions.maintenance("undo", token);
    return read_system_identifier(connection);
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

RestoreReport put_back_kept(Sessions const &sessions, KeptDatabase const &kept,
                            std::optional<Target> const &current, RestoreOptions const &options,
                            std::stop_token const &token) {
    Time const now = utc_now();
    RestoreReport report;
    report.target = options.target;
    report.plan = describe_swap(kept, current, old_name_for(options.target, now));
    Obstacles obstacles;
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
    if (current && options.confirm) {
        options.confirm(report.plan);
    }
    SwapResult const swap = swap_back(sessions, kept, current, now, {}, token);
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
    std::optional<ReplacedSnapshot> snapshot;
    {
        Sessions const sessions{options, token};
        Connection claim = claim_target(sessions, options.target, token);
        auto const current = find_target(sessions, options.target, token);
        auto const kept = newest_kept(claim, current, options.target);
        snapshot =
            newest_replaced(repository, options.target, system_identifier_of(sessions, token));
        if (kept && (!snapshot || kept->since >= snapshot->time)) {
            return put_back_kept(sessions, *kept, current, options, token);
        }
    }
    if (!snapshot) {
        throw Error{ErrorKind::not_found,
                    "there is nothing to put back: no database that was replaced as \"" +
                        printable(options.target) + "\" is left on the server, and " +
                        printable(repository) + " has no safety snapshot of one",
                    "pgkeep-restore --list shows the archives that could be restored."};
    }
    return restore_file(snapshot->archive, options, token, progress);
}

} // namespace pgkeep
