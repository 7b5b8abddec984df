// Building one block: text that is compressed member by member as it comes, with its rows counted
// and hashed.
//
// A COPY block must be contiguous in the archive or `zcat | psql` could not read it, so a worker
// fills a whole block and then hands it to the writer. In memory it is compressed members plus at
// most 1 MiB of text, whatever the table; a single huge row makes one larger block.
//
// Not for deciding when a block is full: the worker asks text_size() at a row boundary.
//
// Thread-safety: one worker at a time; a finished block may be moved to another thread.

#pragma once

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "gzip/index.hpp"
#include "gzip/member.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// 8 MiB of text: large enough that the index stays small and a restore has few statements, small
// enough that memory is bounded by jobs x block.
inline constexpr std::size_t kBlockText = 8 << 20;

struct FinishedBlock {
    BlockEntry entry; // offset and first_member are the writer's to fill in
    // One piece for each member, of exactly its size: a buffer that grows has twice the size.
    std::vector<Bytes> members;
};

class BlockBuilder {
public:
    // `compressor` must outlive the builder.
    BlockBuilder(MemberCompressor &compressor, format::BlockKind kind, std::uint32_t table);

    // A row of the proof: `line` with its newline. Hashed without it.
    void add_row(std::string_view line);
    // Text that is no row: the COPY statement, `\.`, BEGIN …
    void add_text(std::string_view text);
    // Uncompressed size so far.
    [[nodiscard]] std::size_t text_size() const noexcept { return text_size_; }

    // Compresses what is left, marks the last member. The builder is empty afterwards and must not
    // be used again.
    [[nodiscard]] FinishedBlock finish();

private:
    void flush(bool last);

    MemberCompressor *compressor_;
    FinishedBlock block_;
    std::string pending_; // at most kMaxMemberText
    std::size_t text_size_ = 0;
    RowDigest proof_;
};

} // namespace pgkeep
