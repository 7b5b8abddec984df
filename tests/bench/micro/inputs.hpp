// Deterministic inputs for measuring: COPY lines of several kinds, and an archive's index and
// manifest of some size.
//
// Made in code, the same on every machine and in every run.
//
// Thread-safety: pure functions.

#pragma once

#include "gzip/index.hpp"
#include "model/manifest.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace pgkeep::bench {

enum class RowKind {
    narrow, // numbers, a time, a short word: 50 bytes
    json,   // an event as jsonb prints it: 180 bytes
    hex,    // bytea that does not compress: 2 kB
};
[[nodiscard]] char const *name_of(RowKind kind);

// Whole lines with their newlines, at least `size` bytes of them.
[[nodiscard]] std::vector<std::string> rows_of(RowKind kind, std::size_t size);
[[nodiscard]] std::string text_of(std::vector<std::string> const &rows);

// An index that decode_index() accepts: blocks of `tables` tables, mixed with each other.
struct SampleIndex {
    std::vector<BlockEntry> blocks;
    std::uint64_t text_end = 0;
    std::uint64_t members = 0;
};
[[nodiscard]] SampleIndex sample_index(std::size_t blocks, std::uint32_t tables);

[[nodiscard]] Manifest sample_manifest(std::uint32_t tables);

} // namespace pgkeep::bench
