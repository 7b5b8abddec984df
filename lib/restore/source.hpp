// The archive that a restore reads: refused when it is not one of ours, checked whole before
// anything is created.
//
// Thread-safety: after construction, as ArchiveReader.

#pragma once

#include "archive/reader.hpp"
#include "base/bytes.hpp"
#include "base/progress.hpp"
#include "model/manifest.hpp"

#include <stop_token>

namespace pgkeep {

// Throws, for anything but an archive with a footer, an Error that says what the file is and what
// to do instead.
void require_archive(ByteSource const &source);

// Every member's checksum, every row's hash, the SHA-256 of the file. Throws Error{damaged} that
// names the first finding and their number.
void require_sound(ByteSource const &source, unsigned jobs, std::stop_token const &token,
                   Progress &progress);

} // namespace pgkeep
