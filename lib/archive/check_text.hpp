// Reading every byte of an archive, block by block in parallel, with the SHA-256 beside. Private to
// lib/archive.
//
// Rows are counted and hashed anew and compared with the block's entry in the index. When the index
// was lost, the entries get what was found, so that the manifest can still be compared with it.
//
// Thread-safety: check_text() starts its own threads. Memory: about 2 MiB for each job.

#pragma once

#include "archive/check_frame.hpp"

namespace pgkeep {

// Returns for each block whether its rows are known: from the index, or because all of it could be
// read.
[[nodiscard]] std::vector<bool> check_text(ByteSource const &source, Frame &frame, unsigned jobs,
                                           FindingList &findings, std::stop_token const &token,
                                           Progress &progress);

} // namespace pgkeep
