// Whether a tar file is whole, as far as its headers say: pg_restore runs for ever on one that is
// cut.
//
// Not an unpacker; pg_restore reads the members.
//
// Thread-safety: pure function over a source.

#pragma once

#include "base/bytes.hpp"

namespace pgkeep {

// Throws Error{damaged} unless one header follows the other up to the end mark.
void require_whole_tar(ByteSource const &source);

} // namespace pgkeep
