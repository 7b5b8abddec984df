#include "restore/kept.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/restore_swap.hpp"
#include "restore/staging.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::string_view kKept = "pgkeep: kept database ";
constexpr std::string_view kReplaced = "pgkeep: replaced database ";
constexpr std::string_view kAt = " at ";
constexpr std::size_t kIsoLength = 20;   // 2026-01-12T12:00:00Z
constexpr std::size_t kStampLength = 15; // 20260112_120000

bool take(std::string_view &text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

// An identifier in double quotes, as quote_identifier() writes it.
std::optional<std::string> take_identifier(std::string_view &text) {
    if (!take(text, "\"")) {
        return std::nullopt;
    }
    std::string name;
    while (!text.empty()) {
        if (take(text, "\"\"")) {
            name += '"';
        } else if (take(text, "\"")) {
            return name;
        } else {
            name += text.front();
            text.remove_prefix(1);
        }
    }
    return std::nullopt;
}

// The time that a name ends in.
std::optional<Time> time_in_name(std::string_view name) {
    return name.size() < kStampLength ? std::nullopt
                                      : parse_stamp(name.substr(name.size() - kStampLength));
}

// Whether a swap would have called a database that made way for `target` so.
bool is_old_name(std::string const &name, std::string const &target) {
    auto const time = time_in_name(name);
    return time && name == old_name_for(target, *time);
}

} // namespace

std::string format_kept_mark(KeptMark const &mark) {
    return std::string{mark.on_purpose ? kKept : kReplaced} + quote_identifier(mark.target) +
           std::string{kAt} + format_iso(mark.since) + (mark.comment ? "\n" + *mark.comment : "");
}

std::optional<KeptMark> parse_kept_mark(std::string_view text) {
    KeptMark mark;
    mark.on_purpose = text.starts_with(kKept);
    if (!take(text, mark.on_purpose ? kKept : kReplaced)) {
        return std::nullopt;
    }
    auto target = take_identifier(text);
    if (!target || !take(text, kAt)) {
        return std::nullopt;
    }
    auto const since = parse_iso(text.substr(0, kIsoLength));
    if (!since) {
        return std::nullopt;
    }
    text.remove_prefix(kIsoLength);
    if (!text.empty() && !take(text, "\n")) {
        return std::nullopt;
    }
    mark.target = std::move(*target);
    mark.since = *since;
    if (!text.empty()) {
        mark.comment = text;
    }
    return mark;
}

std::string free_old_name(Connection &connection, std::string const &target, Time now) {
    while (find_database(connection, old_name_for(target, now))) {
        now += std::chrono::seconds{1};
    }
    return old_name_for(target, now);
}

Outgoing make_way(Target const &target, std::string const &old_name, bool keep) {
    auto const since = time_in_name(old_name);
    if (!since) {
        throw Error{ErrorKind::failed,
                    "the name \"" + printable(old_name) + "\" does not end in a time",
                    "Names of old databases come from free_old_name()."};
    }
    KeptMark mark{target.name, *since, keep, target.properties.comment};
    Outgoing outgoing{target.oid, old_name, format_kept_mark(mark)};
    mark.comment.reset();
    outgoing.plain_mark = format_kept_mark(mark);
    return outgoing;
}

std::vector<KeptDatabase> list_kept(Connection &connection, std::string const &target) {
    std::vector<KeptDatabase> kept;
    for (auto const &database : list_commented_databases(connection)) {
        auto mark = parse_kept_mark(database.comment.value_or(""));
        if (mark && is_old_name(database.name, mark->target) &&
            (target.empty() || mark->target == target)) {
            kept.push_back({database.name, database.oid, std::move(mark->target), mark->since,
                            mark->on_purpose, std::move(mark->comment), database.owner});
        }
    }
    std::ranges::sort(kept, [](KeptDatabase const &a, KeptDatabase const &b) {
        return std::tie(a.since, a.oid) < std::tie(b.since, b.oid);
    });
    return kept;
}

SwapResult swap_back(Sessions const &sessions, KeptDatabase const &kept,
                     std::optional<Target> const &current, Time now, SwapHooks const &hooks,
                     std::stop_token const &token) {
    SwapPlan plan{kept.target, std::nullopt, kept.oid, kept.name, kept.comment};
    if (current) {
        Connection connection = sessions.maintenance("undo", token);
        plan.outgoing = make_way(*current, free_old_name(connection, kept.target, now), true);
    }
    return swap_databases(sessions, plan, hooks, token);
}

} // namespace pgkeep
