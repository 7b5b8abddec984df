#include "cli/still_good.hpp"

#include "base/error.hpp"
#include "cli/list_report.hpp"
#include "model/sql_text.hpp"
#include "repository/status.hpp"

#include <fmt/format.h>

#include <optional>

namespace pgkeep {

std::string describe_still_good(std::string const &repository, std::string const &database,
                                Time now) {
    std::string const name = "database \"" + printable(database) + '"';
    try {
        auto const states = read_states(Repository{repository}, database);
        if (database.empty() || states.empty()) {
            return {};
        }
        std::optional<StatusArchive> newest;
        for (DatabaseStatus const &status : summarize(states, now, std::nullopt)) {
            bool const newer =
                status.newest_proven && (!newest || status.newest_proven->time > newest->time);
            newest = newer ? status.newest_proven : newest;
        }
        if (!newest) {
            return "there is no proven archive of " + name;
        }
        return fmt::format("still good: the newest proven archive of {} is {}, {} old", name,
                           printable(newest->path), format_age(newest->time, now));
    } catch (Error const &) {
        return {};
    }
}

} // namespace pgkeep
