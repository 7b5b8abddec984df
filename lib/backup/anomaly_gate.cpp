#include "backup/anomaly_gate.hpp"

#include "archive/reader.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "model/anomaly.hpp"
#include "repository/archive_state.hpp"

#include <optional>

namespace pgkeep {
namespace {

struct Previous {
    Manifest manifest;
    std::uint64_t size = 0;
};

bool may_be_previous(ArchiveState const &state, PublishedArchive const &archive) {
    return state.file.name.kind == ArchiveKind::backup && state.file.path != archive.path &&
           state.file.name.time <= archive.manifest.origin.snapshot_time &&
           state.proof() != nullptr && state.marks.anomalies.empty();
}

// No value when it is of another cluster or cannot be read.
std::optional<Previous> read_previous(ArchiveState const &state, std::string const &cluster) {
    if (auto const known = state.system_identifier(); !known.empty() && known != cluster) {
        return std::nullopt;
    }
    try {
        FileSource const source{state.file.path};
        Previous previous{ArchiveReader{source}.manifest(), source.size()};
        return previous.manifest.origin.system_identifier == cluster ? std::optional{previous}
                                                                     : std::nullopt;
    } catch (Error const &error) {
        log(LogLevel::warning, "{} is not compared with the new archive: {}", state.file.path,
            error.what());
        return std::nullopt;
    }
}

std::optional<Previous> find_previous(Repository const &repository,
                                      PublishedArchive const &archive) {
    Origin const &origin = archive.manifest.origin;
    auto const states = read_states(repository, origin.database);
    for (auto state = states.rbegin(); state != states.rend(); ++state) {
        if (!may_be_previous(*state, archive)) {
            continue;
        }
        if (auto previous = read_previous(*state, origin.system_identifier)) {
            return previous;
        }
    }
    return std::nullopt;
}

} // namespace

std::vector<std::string> pass_anomaly_gate(Repository const &repository,
                                           PublishedArchive const &archive, unsigned percent) {
    if (percent == 0) {
        return {};
    }
    auto const previous = find_previous(repository, archive);
    if (!previous) {
        return {};
    }
    auto anomalies = find_anomalies({previous->manifest, previous->size},
                                    {archive.manifest, archive.size}, percent);
    if (!anomalies.empty()) {
        mark_anomalies(archive.path, anomalies);
    }
    return anomalies;
}

} // namespace pgkeep
