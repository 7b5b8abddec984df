// Writes one archive in one pass, to a file or to a pipe.
//
// The one owner of the sink: members leave in the order of the calls, and the index is built as
// they leave. Nothing is an archive until finish() has written the footer; a writer that is
// destroyed before has written a fragment that no reader accepts.
//
// Thread-safety: one thread at a time. Blocks may have been built elsewhere.

#pragma once

#include "archive/block.hpp"
#include "base/bytes.hpp"
#include "gzip/footer.hpp"
#include "model/manifest.hpp"

#include <string_view>
#include <vector>

namespace pgkeep {

class ArchiveWriter {
public:
    // `sink` must outlive the writer. `level` as of MemberCompressor, for text().
    ArchiveWriter(ByteSink &sink, int level);

    // A block that is ready.
    void block(FinishedBlock block);
    // A whole block of text that has no rows, such as pre-data.
    void text(format::BlockKind kind, std::string_view text);

    // The manifest as the last text block, with the closing comment behind it; index, schema
    // archive, footer. `closing` is the script's last line(s): psql sees them as comments. Returns
    // the footer that was written. Call once, last.
    Footer finish(Manifest const &manifest, ByteView schema_archive, std::string_view closing);

    [[nodiscard]] std::vector<BlockEntry> const &blocks() const noexcept { return blocks_; }
    [[nodiscard]] std::uint64_t stored_size() const noexcept { return offset_; }

private:
    void append(ByteView bytes);
    Region attach(format::MemberKind kind, ByteView content);

    ByteSink &sink_;
    MemberCompressor compressor_;
    Sha256 sha256_;
    std::vector<BlockEntry> blocks_;
    std::uint64_t offset_ = 0;
    std::uint64_t members_ = 0;
};

} // namespace pgkeep
