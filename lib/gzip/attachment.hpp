// Attachments behind the text: bytes that travel in the extra fields of empty members, invisible to
// gunzip.
//
// Cut into numbered pieces below 64 KiB. Content is one raw deflate stream; its sizes and CRC-32
// stand in the footer.
//
// Thread-safety: pure functions.

#pragma once

#include "base/bytes.hpp"
#include "gzip/format.hpp"

#include <cstdint>

namespace pgkeep {

// The members that carry `content` (already deflated), appended to `out`.
void write_pieces(format::MemberKind kind, ByteView content, Bytes &out);

// The content of the members in `region`, which must hold nothing else. Throws Error{damaged}.
[[nodiscard]] Bytes read_pieces(format::MemberKind kind, ByteView region);

} // namespace pgkeep
