// The block index: where each block of the text begins, and what it holds.
//
// Blocks cover the text without gap or overlap, in file order. Untrusted when read: decode_index()
// checks exactly that against the size of the text region before anyone uses an offset.
//
// Thread-safety: values and pure functions.

#pragma once

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "gzip/format.hpp"

#include <cstdint>
#include <vector>

namespace pgkeep {

struct BlockEntry {
    format::BlockKind kind = format::BlockKind::other;
    std::uint32_t table = 0;       // manifest number for copy blocks, else 0
    std::uint64_t offset = 0;      // of its first member, from the start of the archive
    std::uint64_t stored_size = 0; // of its members together
    std::uint64_t text_size = 0;
    std::uint64_t first_member = 0; // counted from 0 over the whole text
    std::uint64_t rows = 0;         // COPY lines, or lo_put statements
    std::uint64_t row_bytes = 0;
    Hash128 hash; // sum over its rows
    bool operator==(BlockEntry const &) const = default;
    [[nodiscard]] RowDigest proof() const { return {rows, row_bytes, hash}; }
};

[[nodiscard]] Bytes encode_index(std::vector<BlockEntry> const &blocks);
// `text_end`: where the text region ends; `members`: how many members it has.
[[nodiscard]] std::vector<BlockEntry> decode_index(ByteView bytes, std::uint64_t text_end,
                                                   std::uint64_t members);

} // namespace pgkeep
