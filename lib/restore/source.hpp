// The archive of ours that a restore reads: checked before anything is created or changed.
//
// Thread-safety: after construction, as ArchiveReader.

#pragma once

#include "archive/reader.hpp"
#include "base/bytes.hpp"
#include "base/progress.hpp"
#include "model/manifest.hpp"

#include <stop_token>

namespace pgkeep {

// Throws, for anything but an archive of ours with a footer, an Error that says what the file is.
void require_archive(ByteSource const &source);

// Every member's checksum, every row's hash, the SHA-256 of the file. Throws Error{damaged} that
// names the first finding and their number.
void require_sound(ByteSource const &source, unsigned jobs, std::stop_token const &token,
                   Progress &progress);
// The same of footer, index, manifest and schema only, for a part of an archive: what of the data
// is wanted is read and compared once it is known (part_check.hpp).
void require_readable(ByteSource const &source, std::stop_token const &token, Progress &progress);

} // namespace pgkeep
