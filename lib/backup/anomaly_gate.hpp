// Compares an archive that was just published with the one before it, and marks it when it lacks
// something.
//
// The one before it is the newest proven backup of the same database and cluster that has no such
// mark itself, so that each night is compared with the last one that nobody has doubts about. See
// model/anomaly.hpp for what an anomaly is, repository/marks.hpp for the mark.
//
// Thread-safety: one thread, which holds the database's run lock.

#pragma once

#include "model/manifest.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgkeep {

struct PublishedArchive {
    std::string path;
    std::uint64_t size = 0;
    Manifest const &manifest; // must outlive the call
};

// The anomalies, the gravest first; they stand in the mark, too. `percent` as of find_anomalies().
// Throws Error when the mark cannot be written.
[[nodiscard]] std::vector<std::string>
pass_anomaly_gate(Repository const &repository, PublishedArchive const &archive, unsigned percent);

} // namespace pgkeep
