#include "repository/archive_state.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

bool is_check(Evidence const &evidence) {
    return evidence.level != evidence_level::kReplaced;
}

// The newest of `evidence` that is `wanted` and passed; none when a later check failed.
Evidence const *newest_passed(std::vector<Evidence> const &evidence,
                              std::function<bool(Evidence const &)> const &wanted) {
    for (auto entry = evidence.rbegin(); entry != evidence.rend(); ++entry) {
        if (is_check(*entry) && !entry->passed) {
            return nullptr;
        }
        if (wanted(*entry)) {
            return &*entry;
        }
    }
    return nullptr;
}

} // namespace

Evidence const *ArchiveState::last_check() const noexcept {
    auto const found = std::find_if(evidence.rbegin(), evidence.rend(), is_check);
    return found == evidence.rend() ? nullptr : &*found;
}

Evidence const *ArchiveState::proof() const noexcept {
    return newest_passed(evidence, [](Evidence const &entry) {
        return entry.level == evidence_level::kChecksum || entry.level == evidence_level::kDrill;
    });
}

Evidence const *ArchiveState::drill() const noexcept {
    return newest_passed(
        evidence, [](Evidence const &entry) { return entry.level == evidence_level::kDrill; });
}

bool ArchiveState::was_replaced() const noexcept {
    return std::any_of(evidence.begin(), evidence.end(), [](Evidence const &entry) {
        return entry.level == evidence_level::kReplaced;
    });
}

std::string ArchiveState::system_identifier() const {
    for (auto entry = evidence.rbegin(); entry != evidence.rend(); ++entry) {
        if (!entry->system_identifier.empty()) {
            return entry->system_identifier;
        }
    }
    return {};
}

std::vector<ArchiveState> read_states(Repository const &repository, std::string const &database) {
    std::vector<ArchiveState> states;
    for (ArchiveFile &file : repository.list(database)) {
        ArchiveState state{std::move(file), {}};
        if (state.file.footer) {
            state.evidence = current_evidence(state.file.path, state.file.size, *state.file.footer);
        }
        states.push_back(std::move(state));
    }
    return states;
}

std::vector<std::string> clusters_of(std::vector<ArchiveState> const &states) {
    std::map<std::string, std::set<std::string>> known; // by database
    for (ArchiveState const &state : states) {
        if (auto cluster = state.system_identifier(); !cluster.empty()) {
            known[state.file.name.database].insert(std::move(cluster));
        }
    }
    std::vector<std::string> clusters;
    for (ArchiveState const &state : states) {
        auto const &candidates = known[state.file.name.database];
        std::string own = state.system_identifier();
        bool const sure = !own.empty() || candidates.size() != 1;
        clusters.push_back(sure ? std::move(own) : *candidates.begin());
    }
    return clusters;
}

} // namespace pgkeep
