// Databases that a swap left under `<target>__before_<stamp>`, and the swap back to one of them.
//
// Such a database is marked by its comment, which the swap writes in its own transaction:
// `pgkeep: kept database "app" at 2026-01-12T12:00:00Z` when it shall stay (--keep-old, or replaced
// by an undo), and `pgkeep: replaced database …` when it should have been dropped and was not. The
// comment that the database had follows behind a newline. Who changes the comment or the name makes
// the database his own: it is then no longer listed here.
//
// Thread-safety: the Connection's; marks are values.

#pragma once

#include "base/clock.hpp"
#include "pg/connection.hpp"
#include "restore/swap.hpp"
#include "restore/target.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct KeptMark {
    std::string target;
    Time since{};
    bool on_purpose = false;
    std::optional<std::string> comment; // the database's own
    bool operator==(KeptMark const &) const = default;
};
[[nodiscard]] std::string format_kept_mark(KeptMark const &mark);
// No value for the comment of a database that is not ours.
[[nodiscard]] std::optional<KeptMark> parse_kept_mark(std::string_view text);

// `<target>__before_<stamp>`, cut as staging_name() does; of the next second when that exists.
[[nodiscard]] std::string free_old_name(Connection &connection, std::string const &target,
                                        Time now);

// What becomes of `target` when it makes way as `old_name`, which ends in the time.
[[nodiscard]] Outgoing make_way(Target const &target, std::string const &old_name, bool keep);

struct KeptDatabase {
    std::string name;
    std::uint32_t oid = 0;
    std::string target;
    Time since{};
    bool on_purpose = false;
    std::optional<std::string> comment; // its own
    std::string owner{};                // of the database now; show it: a comment is easily forged
};
// Those of `target`, or of all when it is empty; the oldest first.
[[nodiscard]] std::vector<KeptDatabase> list_kept(Connection &connection,
                                                  std::string const &target);

// Gives `kept` the name and its own comment back. What has the name now is kept in its place, on
// purpose, so that a second swap_back() to that one is the way back. Throws as swap_databases().
SwapResult swap_back(Sessions const &sessions, KeptDatabase const &kept,
                     std::optional<Target> const &current, Time now, SwapHooks const &hooks = {},
                     std::stop_token const &token = {});

} // namespace pgkeep
