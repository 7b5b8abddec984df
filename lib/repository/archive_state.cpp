#include "repository/archive_state.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

// The second of a snapshot may be taken already: each further archive of it is called after the
// next one that is free.
constexpr std::chrono::seconds kMostMoved{60};

// The newest evidence that is `wanted` and passed; none while a failure stands.
Evidence const *newest_proof(ArchiveState const &state,
                             std::function<bool(Evidence const &)> const &wanted) {
    if (!state.is_what_its_name_says() || state.standing_failure() != nullptr) {
        return nullptr;
    }
    auto const found =
        std::find_if(state.evidence.rbegin(), state.evidence.rend(),
                     [&](Evidence const &entry) { return entry.passed && wanted(entry); });
    return found == state.evidence.rend() ? nullptr : &*found;
}

// Whether something tells the cluster: the server may have refused to say it (an empty identifier),
// and such an archive is of no cluster that is known.
bool is_told(ArchiveState const &state) {
    bool const asked =
        state.origin || std::any_of(state.evidence.begin(), state.evidence.end(),
                                    [](Evidence const &entry) { return !entry.database.empty(); });
    return !state.system_identifier().empty() || (state.file.footer && asked);
}

Repository::Visit collect_into(std::vector<ArchiveState> &states) {
    return [&states](FileDescriptor const &folder, std::string const &file_name, ArchiveFile file) {
        ArchiveState state;
        state.file = std::move(file);
        if (state.file.footer) {
            try {
                state.evidence =
                    current_evidence(folder, file_name, state.file.size, *state.file.footer);
            } catch (Error const &error) {
                state.evidence_unread = error.what();
            }
        }
        state.marks = read_marks(folder, file_name, state.file.identity);
        states.push_back(std::move(state));
    };
}

bool file_is_older(ArchiveState const &a, ArchiveState const &b) {
    return is_older(a.file, b.file);
}

} // namespace

std::string_view to_string(Provenance provenance) noexcept {
    switch (provenance) {
    case Provenance::ours:
        return "ours";
    case Provenance::adopted:
        return "adopted";
    case Provenance::foreign:
        break;
    }
    return "foreign";
}

Provenance ArchiveState::provenance() const noexcept {
    if (file.is_ours()) {
        return Provenance::ours;
    }
    return marks.adoption ? Provenance::adopted : Provenance::foreign;
}

Evidence const *ArchiveState::last_check() const noexcept {
    return evidence.empty() ? nullptr : &evidence.back();
}

bool ArchiveState::is_what_its_name_says() const {
    ArchiveName const &name = file.name;
    if (!file.footer) {
        return true; // foreign, or damaged: nothing else is known
    }
    auto const moved = name.time - file.footer->snapshot_time;
    if (file.footer->kind != name.kind || moved > kMostMoved) {
        return false;
    }
    if (name.kind == ArchiveKind::globals) {
        return true;
    }
    if (origin) {
        return origin->database == name.database && origin->filters.empty();
    }
    return std::all_of(evidence.begin(), evidence.end(), [&](Evidence const &entry) {
        return entry.database.empty() || (entry.database == name.database && !entry.part);
    });
}

Evidence const *ArchiveState::standing_failure() const noexcept {
    int passed = -1; // the strongest of those that came later
    for (auto entry = evidence.rbegin(); entry != evidence.rend(); ++entry) {
        int const strength = strength_of(entry->level);
        if (entry->passed) {
            passed = std::max(passed, strength);
        } else if (strength > passed) {
            return &*entry;
        }
    }
    return nullptr;
}

Evidence const *ArchiveState::proof() const {
    return newest_proof(*this, [](Evidence const &entry) {
        return entry.level == evidence_level::kChecksum || entry.level == evidence_level::kDrill;
    });
}

Evidence const *ArchiveState::drill() const {
    return newest_proof(
        *this, [](Evidence const &entry) { return entry.level == evidence_level::kDrill; });
}

std::string ArchiveState::system_identifier() const {
    for (auto entry = evidence.rbegin(); entry != evidence.rend(); ++entry) {
        if (!entry->system_identifier.empty()) {
            return entry->system_identifier;
        }
    }
    if (marks.adoption) {
        return marks.adoption->system_identifier;
    }
    return origin ? origin->system_identifier : std::string{};
}

std::vector<ArchiveState> read_states(Repository const &repository, std::string const &database) {
    std::vector<ArchiveState> states;
    repository.visit(database, collect_into(states));
    std::sort(states.begin(), states.end(), file_is_older);
    return states;
}

std::vector<ArchiveState> read_globals_states(Repository const &repository) {
    std::vector<ArchiveState> states;
    repository.visit_globals(collect_into(states));
    std::sort(states.begin(), states.end(), file_is_older);
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
        bool const sure = is_told(state) || candidates.size() != 1;
        clusters.push_back(sure ? state.system_identifier() : *candidates.begin());
    }
    return clusters;
}

} // namespace pgkeep
