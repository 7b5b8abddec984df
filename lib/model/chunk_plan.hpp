// How table data is divided among workers: whole small tables, and page ranges of big ones.
//
// A range reads `ctid >= '(first,0)' AND ctid < '(end,0)'`; the last range of a table has no end,
// because the table may have grown since its size was read. Largest first, so that no worker is
// left alone with a big table at the end.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pgkeep {

struct TableSize {
    std::size_t table = 0;   // the caller's index
    std::uint64_t pages = 0; // of the main fork
    std::uint64_t bytes = 0; // with TOAST
    bool can_split = false;  // heap, and a server with TID range scans (14 and later)
};

struct Chunk {
    std::size_t table = 0;
    std::uint32_t first_page = 0;
    std::optional<std::uint32_t> end_page; // none: to the end of the table
    bool whole = true;                     // the only chunk of its table: no condition at all
    std::uint64_t weight = 0;              // estimated bytes, for the order and for progress
};

// Ranges of about `chunk_bytes`, at least one a table, in the order in which they should be
// started.
[[nodiscard]] std::vector<Chunk> plan_chunks(std::vector<TableSize> const &tables,
                                             std::uint64_t chunk_bytes);

// 64 MiB with TOAST: small enough that the work left for the last worker is under a second, large
// enough that the cost of starting a range does not show.
inline constexpr std::uint64_t kChunkBytes = 64ULL << 20;

} // namespace pgkeep
