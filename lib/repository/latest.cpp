#include "repository/latest.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace pgkeep {
namespace {

using Group = std::vector<ArchiveState const *>; // oldest first

bool can_be_latest(ArchiveState const &state) {
    bool const adopted =
        state.file.name.kind == ArchiveKind::backup && state.provenance() == Provenance::adopted;
    return adopted || is_complete_backup(state.file);
}

bool may_be_our_backup(ArchiveState const &state) {
    return state.file.name.kind == ArchiveKind::backup && (state.file.broken || state.file.unknown);
}

LatestArchives latest_of(Group const &group, Time now) {
    LatestArchives latest{group.front()->file.name.database, {}};
    ArchiveState const *newest = nullptr;
    for (ArchiveState const *state : group) {
        bool const ahead = state->file.name.time > now;
        if (can_be_latest(*state) && (newest == nullptr || !ahead || latest.ahead)) {
            newest = state;
            latest.ahead = ahead;
        }
    }
    if (newest != nullptr) {
        latest.paths.push_back(newest->file.path);
    }
    for (ArchiveState const *state : group) {
        bool const newer = newest == nullptr || is_older(newest->file, state->file);
        if (newer && may_be_our_backup(*state)) {
            latest.paths.push_back(state->file.path);
        }
    }
    return latest;
}

} // namespace

bool is_complete_backup(ArchiveFile const &file) {
    return file.name.kind == ArchiveKind::backup && file.footer &&
           file.footer->kind == ArchiveKind::backup;
}

std::vector<LatestArchives> latest_of_each(std::vector<ArchiveState> const &states, Time now) {
    auto const clusters = clusters_of(states);
    std::map<std::pair<std::string, std::string>, Group> groups;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (can_be_latest(states[i]) || may_be_our_backup(states[i])) {
            groups[{states[i].file.name.database, clusters[i]}].push_back(&states[i]);
        }
    }
    std::vector<LatestArchives> all;
    for (auto const &[name, group] : groups) {
        all.push_back(latest_of(group, now));
    }
    return all;
}

} // namespace pgkeep
