#include "model/retention.hpp"

#include "model/retention_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace pgkeep {

namespace {

using std::chrono::seconds;

// How long an archive that proved nothing stays at least, so that somebody can look at it.
constexpr seconds kGrace = std::chrono::days{7};

struct Entry {
    RetentionItem const *item = nullptr;
    RetentionVerdict *verdict = nullptr;
    Time time{}; // that of the item, within the calendar
};

using Entries = std::vector<Entry>;

bool is_newer(Entry const &a, Entry const &b) {
    return std::tie(a.item->time, a.item->id) > std::tie(b.item->time, b.item->id);
}

bool is_safety(Entry const &entry) {
    return entry.item->kind == ArchiveKind::safety;
}

bool is_proven(Entry const &entry) {
    return entry.item->proven && !entry.item->damaged;
}

std::vector<Time> times_of(Entries const &entries) {
    std::vector<Time> times;
    times.reserve(entries.size());
    for (Entry const &entry : entries) {
        times.push_back(entry.time);
    }
    return times;
}

void add_reason(Entry const &entry, std::string reason) {
    auto &reasons = entry.verdict->reasons;
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
        reasons.push_back(std::move(reason));
    }
}

std::string newest_within(seconds window) {
    return fmt::format("within {} of the newest", describe_window(window));
}

std::string older_than(seconds window) {
    return fmt::format("older than {}", describe_window(window));
}

// The archives of one database of one cluster.
class Group {
public:
    Group(Entries entries, RetentionPolicy const &policy, Time now) : policy_(policy) {
        std::sort(entries.begin(), entries.end(), is_newer);
        for (Entry const &entry : entries) {
            sort_in(entry, now);
        }
        std::merge(proven_.begin(), proven_.end(), in_doubt_.begin(), in_doubt_.end(),
                   std::back_inserter(perhaps_good_), is_newer);
    }

    void judge() {
        keep_guaranteed();
        if (policy_.keeps_all_backups()) {
            keep_all_backups();
        } else {
            apply_rules(proven_);
            apply_rules(perhaps_good_); // gives proven ones no reason that they do not have
            keep_unproven();
        }
        keep_safeties();
        condemn_the_rest();
    }

private:
    // Foreign and future archives are settled here and count for nothing.
    void sort_in(Entry const &entry, Time now) {
        RetentionItem const &item = *entry.item;
        if (!item.ours && !item.adopted) {
            add_reason(entry, "not written by pgkeep");
            return;
        }
        if (item.held) {
            add_reason(entry, "held");
        }
        if (item.way_back) {
            add_reason(entry, "needed by --undo");
        }
        if (item.time > now) {
            add_reason(entry, "dated in the future");
            return;
        }
        if (is_safety(entry)) {
            safeties_.push_back(entry);
            if (is_proven(entry)) {
                proven_safeties_.push_back(entry);
            }
        } else {
            (is_proven(entry) ? proven_ : unproven_).push_back(entry);
            if (!is_proven(entry) && !item.damaged && item.in_doubt) {
                in_doubt_.push_back(entry);
            }
        }
    }

    static void keep(Entry const &entry, std::string const &reason) {
        add_reason(entry, is_proven(entry) ? reason : fmt::format("{}, {}", flaw(entry), reason));
    }

    void keep_guaranteed() {
        if (!proven_.empty()) {
            add_reason(proven_.front(), "newest proven archive");
        }
        auto const drilled = std::find_if(proven_.begin(), proven_.end(),
                                          [](Entry const &entry) { return entry.item->drilled; });
        if (drilled != proven_.end()) {
            add_reason(*drilled, "newest drilled archive");
        }
        for (Entries const *entries : {&proven_, &perhaps_good_}) {
            keep_first(*entries, policy_.min_keep, fmt::format("minimum of {}", policy_.min_keep));
        }
    }

    static void keep_first(Entries const &entries, std::size_t count, std::string const &reason) {
        for (std::size_t i = 0; i < std::min(count, entries.size()); ++i) {
            keep(entries[i], reason);
        }
    }

    void keep_all_backups() {
        for (Entries const *entries : {&proven_, &unproven_}) {
            for (Entry const &entry : *entries) {
                add_reason(entry, "no rule given");
            }
        }
    }

    void apply_rules(Entries const &entries) {
        if (policy_.max_age) {
            keep_in_window(entries, *policy_.max_age, std::less_equal<>{});
        }
        if (policy_.within) {
            keep_in_window(entries, *policy_.within, std::less<>{});
        }
        keep_first(entries, policy_.last, fmt::format("last {}", policy_.last));
        apply_bucket(entries, Period::hourly, policy_.hourly);
        apply_bucket(entries, Period::daily, policy_.daily);
        apply_bucket(entries, Period::weekly, policy_.weekly);
        apply_bucket(entries, Period::monthly, policy_.monthly);
        apply_bucket(entries, Period::yearly, policy_.yearly);
    }

    template <typename Fits>
    void keep_in_window(Entries const &entries, seconds length, Fits fits) {
        Window const window = Timeline{times_of(proven_)}.window(length);
        for (Entry const &entry : entries) {
            if (fits(window.age(entry.time), length)) {
                keep(entry, newest_within(length));
            } else if (fits(window.age_over_leap(entry.time), length)) {
                keep(entry, newest_within(length) + " before a long pause");
            }
        }
    }

    void apply_bucket(Entries const &entries, Period period, unsigned places) {
        std::string last;
        for (Entry const &entry : entries) {
            if (places == 0) {
                return;
            }
            std::string const name = period_name(entry.time, period, policy_.calendar);
            if (name != last) {
                keep(entry, fmt::format("{} {}", to_string(period), name));
                last = name;
                --places;
            } else if (entry.item == entries.back().item) {
                keep(entry, fmt::format("{} {} (oldest)", to_string(period), name));
            }
        }
    }

    void keep_unproven() {
        seconds const length = unproven_window();
        Window const window = Timeline{times_of(proven_)}.window(length);
        for (Entry const &entry : unproven_) {
            Time const found = std::max(entry.time, clamp_to_calendar(entry.item->damaged_since));
            if (proven_.empty() || is_newer(entry, proven_.front())) {
                keep(entry, "newer than every proven one");
            } else if (window.age(entry.time) <= length) {
                keep(entry, newest_within(length));
            } else if (window.age(found) <= length) {
                keep(entry, "found " + newest_within(length));
            }
        }
    }

    void keep_safeties() {
        if (!proven_safeties_.empty()) {
            add_reason(proven_safeties_.front(), "newest safety snapshot");
        }
        seconds const length = policy_.keep_safety.value_or(seconds{0});
        Entries counted;
        std::merge(proven_.begin(), proven_.end(), proven_safeties_.begin(), proven_safeties_.end(),
                   std::back_inserter(counted), is_newer);
        Window const window = Timeline{times_of(counted)}.window(length);
        for (Entry const &entry : safeties_) {
            if (!policy_.keep_safety) {
                add_reason(entry, "safety snapshot, no rule given");
            } else if (window.age(entry.time) <= length) {
                add_reason(entry, "safety snapshot, " + newest_within(length));
            }
        }
    }

    void condemn_the_rest() {
        for (Entry const &entry : proven_) {
            condemn(entry, [&] {
                if (longest_window() >= seconds{0}) {
                    add_reason(entry, older_than(longest_window()));
                }
                if (has_counts()) {
                    add_reason(entry, "no rule keeps it");
                }
            });
        }
        for (Entry const &entry : unproven_) {
            condemn(entry, [&] {
                add_reason(entry,
                           fmt::format("{}, {}", flaw(entry), older_than(unproven_window())));
            });
        }
        for (Entry const &entry : safeties_) {
            condemn(entry, [&] {
                add_reason(entry, "safety snapshot, " + older_than(*policy_.keep_safety));
            });
        }
    }

    // No reason to keep it: `say_why` gives the reasons to remove it.
    template <typename SayWhy>
    static void condemn(Entry const &entry, SayWhy say_why) {
        if (entry.verdict->reasons.empty()) {
            entry.verdict->keep = false;
            say_why();
        }
    }

    static std::string_view flaw(Entry const &entry) {
        return entry.item->damaged ? "damaged" : "not proven";
    }

    [[nodiscard]] bool has_counts() const {
        return (policy_.last | policy_.hourly | policy_.daily | policy_.weekly | policy_.monthly |
                policy_.yearly) != 0;
    }

    // -1 s: none was given.
    [[nodiscard]] seconds longest_window() const {
        seconds longest{-1};
        for (auto const &window : {policy_.max_age, policy_.within}) {
            if (window) {
                longest = std::max({longest, seconds{0}, *window});
            }
        }
        return longest;
    }

    [[nodiscard]] seconds unproven_window() const { return std::max(longest_window(), kGrace); }

    RetentionPolicy const &policy_;
    Entries proven_; // backups or globals; all lists newest first
    Entries unproven_;
    Entries safeties_;
    Entries proven_safeties_;
    Entries in_doubt_;     // of the unproven
    Entries perhaps_good_; // these and the proven
};

} // namespace

bool RetentionPolicy::keeps_all_backups() const noexcept {
    return !max_age && !within && (last | hourly | daily | weekly | monthly | yearly) == 0;
}

bool RetentionPolicy::empty() const noexcept {
    return keeps_all_backups() && !keep_safety;
}

std::vector<RetentionVerdict> decide_retention(std::vector<RetentionItem> const &items,
                                               RetentionPolicy const &policy, Time now) {
    std::vector<RetentionVerdict> verdicts(items.size());
    std::map<std::tuple<bool, std::string_view, std::string_view>, Entries> groups;
    for (std::size_t i = 0; i < items.size(); ++i) {
        RetentionItem const &item = items[i];
        bool const globals = item.kind == ArchiveKind::globals;
        std::string_view const database = globals ? std::string_view{} : item.database;
        groups[{globals, database, item.system_identifier}].push_back(
            {&item, &verdicts[i], clamp_to_calendar(item.time)});
    }
    for (auto &[key, entries] : groups) {
        Group{std::move(entries), policy, now}.judge();
    }
    return verdicts;
}

std::uint64_t freed_bytes(std::vector<RetentionItem> const &items,
                          std::vector<RetentionVerdict> const &verdicts) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        std::uint64_t const room = std::numeric_limits<std::uint64_t>::max() - sum;
        sum += verdicts[i].keep ? 0 : std::min(items[i].size, room);
    }
    return sum;
}

} // namespace pgkeep
