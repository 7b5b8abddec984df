// The footer: the fixed-size last member. Without it a file is not an archive.
//
// Carries what opening needs (where the attachments are), what a list needs without reading more
// (kind, time, rows), and the SHA-256 of every byte before it. Its own bytes are covered by a
// CRC-32 and by comparing constants.
//
// Thread-safety: values and pure functions.

#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/hash.hpp"
#include "gzip/format.hpp"
#include "model/archive_name.hpp"

#include <cstdint>
#include <optional>

namespace pgkeep {

// An attachment's place and size.
struct Region {
    std::uint64_t offset = 0;      // of its first member
    std::uint64_t stored_size = 0; // of its members together
    std::uint64_t deflated_size = 0;
    std::uint64_t size = 0;
    std::uint32_t crc32 = 0; // of the inflated content
    bool operator==(Region const &) const = default;
};

struct Footer {
    std::uint16_t major = format::kFormatMajor;
    std::uint16_t minor = format::kFormatMinor;
    ArchiveKind kind = ArchiveKind::backup;
    Time snapshot_time{};
    std::uint64_t text_members = 0;
    std::uint64_t text_size = 0;
    std::uint64_t blocks = 0;
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    Region index;
    Region schema;
    Sha256Digest sha256{};
    bool operator==(Footer const &) const = default;
};

// The whole member, kFooterSize bytes.
[[nodiscard]] Bytes encode_footer(Footer const &footer);

// `tail`: the last kFooterSize bytes of a file of `file_size` bytes. No value when there is no
// magic (not an archive, or cut); throws Error{damaged} for a footer with wrong bytes or regions
// outside the file, and Error{version} for an unknown major version, whose hint says what to do.
[[nodiscard]] std::optional<Footer> decode_footer(ByteView tail, std::uint64_t file_size);

} // namespace pgkeep
