// The parts of an archive that a check finds first: footer, blocks, schema archive and manifest, as
// far as they can be had.
//
// When footer or index cannot be used, the blocks are found by walking the members' headers, so
// that one damaged byte there does not hide what is wrong elsewhere. Private to lib/archive.
//
// Thread-safety: values and functions for one thread.

#pragma once

#include "archive/check_findings.hpp"
#include "gzip/index.hpp"

#include <stop_token>

namespace pgkeep {

struct Frame {
    std::optional<Footer> footer;
    std::vector<BlockEntry> blocks;
    // False: from the members' headers, without rows and hashes.
    bool blocks_from_index = false;
    std::uint64_t text_members = 0;
    std::optional<Manifest> manifest;
};

// Throws only what check_archive() throws.
[[nodiscard]] Frame read_frame(ByteSource const &source, FindingList &findings,
                               std::stop_token const &token);

} // namespace pgkeep
