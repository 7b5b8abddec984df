// The proof: what an archive says against what was found, as a list of differences.
//
// One comparison serves verification (text against manifest), restore (staging against manifest)
// and drift (a live database against manifest).
//
// Thread-safety: pure functions.

#pragma once

#include "model/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// What was found, in the order of the manifest's lists; no value: the object is missing.
struct Findings {
    std::vector<std::optional<RowDigest>> tables;
    std::vector<std::optional<SequenceEntry>> sequences;
    std::optional<LargeObjectsEntry> large_objects;
    std::optional<std::map<std::string, std::uint64_t>> object_counts; // none: not looked at
};

enum class CheckDepth { content, counts }; // counts: rows only, hashes were not computed

struct Difference {
    std::string object;   // `table public.users`
    std::string expected; // `300,000 rows, hash 12ab…`
    std::string found;
};

[[nodiscard]] std::vector<Difference> compare(Manifest const &manifest, Findings const &findings,
                                              CheckDepth depth);

} // namespace pgkeep
