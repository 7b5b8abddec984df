// One attempt to write the archive of a database: from the snapshot to the footer.
//
// Ends with Error{schema_moved} when a relation changed between snapshot and lock; backup.cpp then
// tries again with a new snapshot. Publishes nothing.
//
// Thread-safety: called by the main thread; starts and joins its own threads.

#pragma once

#include "backup/backup.hpp"
#include "base/bytes.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

struct WrittenArchive {
    Manifest manifest;
    std::uint64_t text_size = 0;
    std::vector<std::string> left_out; // as that of BackupReport
};

// `keeper` may be in a failed transaction of an earlier attempt. When all is well it is in none any
// more: what follows, reading back and trying out, keeps nobody waiting and holds back no vacuum.
[[nodiscard]] WrittenArchive write_archive(BackupOptions const &options, Connection &keeper,
                                           ByteSink &sink, std::stop_token const &token,
                                           Progress &progress);

} // namespace pgkeep
