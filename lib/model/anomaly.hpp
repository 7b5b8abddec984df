// The anomaly gate: does a new archive lack what the previous one had?
//
// A backup can be complete and proven, and still be one of a database that somebody just emptied.
// Such an archive is published, but retention must not remove older ones because of it, and a
// person should look. This compares two manifests; it knows no server and no file.
//
// The caller picks the previous proven backup of the same database and cluster, and holds retention
// when the list is not empty. Growth is never an anomaly, nor is what another choice of tables
// (`--table`, `--exclude-…`) explains: archives with different filters are compared only in the
// tables whose rows both have.
//
// Thread-safety: pure functions.

#pragma once

#include "model/manifest.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgkeep {

// Fewer rows than this in a table, and in all tables together, come and go in normal work.
inline constexpr std::uint64_t kFewRows = 100;
// Archives below this are mostly schema and frame.
inline constexpr std::uint64_t kSmallArchive = std::uint64_t{64} * 1024;

struct AnomalySide {
    Manifest const &manifest; // must outlive the call
    std::uint64_t size = 0;   // of the archive's file
};

// Sentences without a full stop, the gravest first: `table public.orders fell from 1,000 rows to 10
// rows`. `percent` is how far a number may fall; 0 turns the gate off.
[[nodiscard]] std::vector<std::string> find_anomalies(AnomalySide const &previous,
                                                      AnomalySide const &current, unsigned percent);

} // namespace pgkeep
