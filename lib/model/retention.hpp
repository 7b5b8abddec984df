// Which archives stay and which go, each with its reasons: a pure function of what is there, what
// the operator asked for, and the time.
//
// Deciding is all that happens here: nothing is read or removed. A dry run shows the decision, a
// real one applies it. Applying it and deciding again changes nothing.
//
// Groups are (database, system identifier), so that a restored or foreign cluster never evicts
// another's archives; the globals of each cluster are a group too. Within a group:
//
// * Always kept: what pgkeep did not write (unless adopted), what is held, what is dated in the
//   future, the newest proven archive, the newest that passed a drill, and the newest `min_keep`
//   proven ones.
// * Only proven archives that are not dated in the future count for a rule. Rules are OR-ed; with
// no
//   rule nothing is removed.
// * Buckets (`hourly` … `yearly`): the newest archive of each of the last n periods that have one,
//   and the oldest archive of all while the rule still has places. `last`: the n newest.
// * Windows (`max_age`, `within`) are measured from the newest archive that counts, never from the
//   clock; see model/retention_window.hpp. `max_age` includes its end, `within` does not.
// * An unproven or damaged archive is kept when it is newer than the newest proven one: it shows a
//   problem, and may be all there is. Older ones stay for the longest window, and at least for a
//   week, so that somebody can look at them; then they go. A damaged one has this time from the
//   day when the damage was found.
// * One of which nobody can tell whether it is good (it was never checked, its evidence was lost,
//   it could not be read, or an anomaly waits for somebody to look) stays moreover wherever the
//   rules would keep it if it were proven. It takes no place from a proven one.
// * Safety snapshots count for nothing else. They stay for `keep_safety` after their time, for ever
//   when it is not given; the newest proven one always stays, and so does the one that --undo would
//   take.
//
// The clock only decides what is dated in the future. A clock that is behind therefore keeps more,
// and one that is ahead changes nothing, unless archives of the time between exist.
//
// Thread-safety: values and pure functions; Calendar::local reads the process's zone.

#pragma once

#include "base/clock.hpp"
#include "model/archive_name.hpp"
#include "model/calendar.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// An archive as retention sees it.
struct RetentionItem {
    std::string id; // its path; of two in one second, the greater is the newer
    std::string database;
    std::string system_identifier; // empty when not known
    ArchiveKind kind = ArchiveKind::backup;
    Time time{}; // from the name and manifest, never from the file's times
    std::uint64_t size = 0;
    bool ours = true;      // pgkeep wrote it
    bool adopted = false;  // somebody else did, and an operator made it count
    bool proven = false;   // complete, and its check passed
    bool drilled = false;  // restored in a drill, and the proof passed
    bool damaged = false;  // its latest check failed, which outweighs the two above
    bool in_doubt = false; // nobody can tell whether it is good
    Time damaged_since{};  // when that was found; unset: at its own time
    bool held = false;     // an operator forbids its removal
    bool way_back = false; // a safety snapshot that --undo would take
};

// What the operator asked for. A count of 0 is a rule that was not given; the greatest number keeps
// all.
struct RetentionPolicy {
    std::optional<std::chrono::seconds> max_age; // --retention-days
    unsigned last = 0;
    unsigned hourly = 0;
    unsigned daily = 0;
    unsigned weekly = 0;
    unsigned monthly = 0;
    unsigned yearly = 0;
    std::optional<std::chrono::seconds> within;
    unsigned min_keep = 0; // a floor under the rules, no rule of its own
    std::optional<std::chrono::seconds> keep_safety;
    Calendar calendar = Calendar::utc;

    // No rule for backups and globals: all of them stay.
    [[nodiscard]] bool keeps_all_backups() const noexcept;
    // No rule at all: nothing is ever removed.
    [[nodiscard]] bool empty() const noexcept;
};

struct RetentionVerdict {
    bool keep = true;
    // Stable phrases, at least one: `newest proven archive`, `daily 2026-11-18`, `held` … for what
    // stays, `older than 7 days`, `no rule keeps it` … for what goes.
    std::vector<std::string> reasons;
};

// One verdict an item, in the order of `items`.
[[nodiscard]] std::vector<RetentionVerdict>
decide_retention(std::vector<RetentionItem> const &items, RetentionPolicy const &policy, Time now);

// What removing the condemned would free.
[[nodiscard]] std::uint64_t freed_bytes(std::vector<RetentionItem> const &items,
                                        std::vector<RetentionVerdict> const &verdicts);

} // namespace pgkeep
