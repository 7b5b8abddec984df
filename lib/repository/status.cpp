#include "repository/status.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kFewest = 3; // backups from which a usual interval or size can be told

using States = std::vector<ArchiveState const *>; // oldest first

StatusArchive describe(ArchiveState const &state, Evidence const *evidence) {
    StatusArchive archive{state.file.path, state.file.name.time, state.file.name.time,
                          state.file.size, 0};
    if (state.file.footer) {
        archive.rows = state.file.footer->rows;
    }
    if (evidence != nullptr) {
        archive.checked = evidence->time;
    }
    return archive;
}

template <typename Value>
Value median(std::vector<Value> values) {
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void find_gaps(States const &backups, Time now, DatabaseStatus &status) {
    if (backups.size() < kFewest) {
        return;
    }
    std::vector<std::chrono::seconds> intervals;
    for (std::size_t i = 1; i < backups.size(); ++i) {
        intervals.push_back(backups[i]->file.name.time - backups[i - 1]->file.name.time);
    }
    status.usual_interval = median(intervals);
    intervals.push_back(now - backups.back()->file.name.time);
    for (auto const interval : intervals) {
        if (interval * 2 > status.usual_interval * 3) {
            ++status.gaps;
            status.longest_gap = std::max(status.longest_gap, interval);
        }
    }
}

void find_trend(States const &backups, DatabaseStatus &status) {
    if (backups.size() < kFewest) {
        return;
    }
    std::vector<std::uint64_t> sizes;
    for (std::size_t i = 0; i + 1 < backups.size(); ++i) {
        sizes.push_back(backups[i]->file.size);
    }
    auto const usual = static_cast<double>(std::max<std::uint64_t>(median(sizes), 1));
    auto const size = static_cast<double>(backups.back()->file.size);
    status.size_trend = static_cast<int>((size - usual) / usual * 100);
}

bool is_bad(ArchiveState const &state) {
    return !state.file.footer || state.standing_failure() != nullptr;
}

Health judge(DatabaseStatus const &status, States const &backups, Time now,
             std::optional<std::chrono::seconds> max_age) {
    if (!status.newest_proven) {
        return Health::no_proof;
    }
    if (max_age && now - status.newest_proven->time > *max_age) {
        return Health::too_old;
    }
    return is_bad(*backups.back()) ? Health::newest_failed : Health::good;
}

DatabaseStatus summarize_one(States const &states, Time now,
                             std::optional<std::chrono::seconds> max_age) {
    DatabaseStatus status;
    status.database = states.front()->file.name.database;
    States backups;
    for (ArchiveState const *state : states) {
        status.total_size += state->file.size;
        if (state->file.name.kind == ArchiveKind::safety) {
            ++status.safety_snapshots;
            continue;
        }
        ++status.archives;
        if (state->file.name.time > now) {
            ++status.ahead;
            continue;
        }
        backups.push_back(state);
        status.newest = describe(*state, state->last_check());
        if (!state->marks.anomalies.empty()) {
            continue; // until somebody has looked
        }
        if (Evidence const *proof = state->proof()) {
            status.newest_proven = describe(*state, proof);
        }
        if (Evidence const *drill = state->drill()) {
            status.newest_drilled = describe(*state, drill);
        }
    }
    find_gaps(backups, now, status);
    find_trend(backups, status);
    status.health = judge(status, backups, now, max_age);
    return status;
}

} // namespace

std::vector<DatabaseStatus> summarize(std::vector<ArchiveState> const &states, Time now,
                                      std::optional<std::chrono::seconds> max_age) {
    auto const clusters = clusters_of(states);
    std::map<std::pair<std::string, std::string>, States> groups;
    for (std::size_t i = 0; i < states.size(); ++i) {
        bool const counts = states[i].provenance() != Provenance::foreign || states[i].file.unknown;
        if (counts && states[i].file.name.kind != ArchiveKind::globals) {
            groups[{states[i].file.name.database, clusters[i]}].push_back(&states[i]);
        }
    }
    std::vector<DatabaseStatus> all;
    for (auto const &[group, members] : groups) {
        all.push_back(summarize_one(members, now, max_age));
        all.back().system_identifier = group.second;
    }
    return all;
}

} // namespace pgkeep
