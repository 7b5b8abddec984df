#include "model/chunk_plan.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

std::uint64_t pieces_of(TableSize const &table, std::uint64_t chunk_bytes) {
    if (!table.can_split || table.pages < 2) {
        return 1;
    }
    std::uint64_t const wanted = (table.bytes + chunk_bytes - 1) / chunk_bytes;
    return std::clamp<std::uint64_t>(wanted, 1, table.pages);
}

void add_chunks(std::vector<Chunk> &chunks, TableSize const &table, std::uint64_t pieces) {
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
        Chunk chunk;
        chunk.table = table.table;
        chunk.whole = pieces == 1;
        chunk.first_page = static_cast<std::uint32_t>(table.pages * piece / pieces);
        if (piece + 1 < pieces) {
            chunk.end_page = static_cast<std::uint32_t>(table.pages * (piece + 1) / pieces);
        }
        chunk.weight = table.bytes / pieces;
        chunks.push_back(chunk);
    }
}

} // namespace

std::vector<Chunk> plan_chunks(std::vector<TableSize> const &tables, std::uint64_t chunk_bytes) {
    std::vector<TableSize> by_size = tables;
    std::stable_sort(by_size.begin(), by_size.end(),
                     [](TableSize const &a, TableSize const &b) { return a.bytes > b.bytes; });
    std::vector<Chunk> chunks;
    for (TableSize const &table : by_size) {
        add_chunks(chunks, table, pieces_of(table, chunk_bytes));
    }
    return chunks;
}

} // namespace pgkeep
