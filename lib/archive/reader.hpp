// Reads one archive by its footer and index: any block without the rest, or all members without the
// index.
//
// Everything read is untrusted: sizes are compared with the source before memory is reserved.
// Errors are Error{damaged} with the offset in the file and, where it can be known, the block.
//
// Thread-safety: after construction all const functions may be called from several threads; give
// each its own MemberInflater.

#pragma once

#include "base/bytes.hpp"
#include "gzip/footer.hpp"
#include "gzip/index.hpp"
#include "gzip/member.hpp"
#include "model/manifest.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace pgkeep {

// Bytes of text that a manifest may have: a million tables need less. Deflate would let 256 KiB of
// a file claim it all.
inline constexpr std::size_t kMaxManifest = std::size_t{256} << 20;

enum class SourceType {
    archive,   // ends in a valid footer
    broken,    // begins as one of ours but has no footer: cut, or still being written
    gzip,      // someone else's .gz
    plain,     // text
    pg_custom, // pg_dump -Fc (`PGDMP`)
    tar,       // pg_dump -Ft
    empty,
};

// By its first and last bytes. Throws Error{damaged} or Error{version} for a footer of ours that
// cannot be used.
[[nodiscard]] SourceType detect_source(ByteSource const &source);

class ArchiveReader {
public:
    // Reads footer and index. `source` must outlive the reader. Throws Error{damaged} when it is no
    // archive.
    explicit ArchiveReader(ByteSource const &source);

    [[nodiscard]] Footer const &footer() const noexcept { return footer_; }
    [[nodiscard]] std::vector<BlockEntry> const &blocks() const noexcept { return blocks_; }
    [[nodiscard]] ByteSource const &source() const noexcept { return source_; }

    // The text of one block, piece by piece (a piece is a member's text, at most 1 MiB). With
    // `names`, errors say the table's name instead of its number.
    void read_block(std::size_t block, MemberInflater &inflater,
                    std::function<void(std::string_view)> const &piece,
                    Manifest const *names = nullptr) const;
    // The whole text of a block that is small by nature. Throws Error{damaged} above `limit`.
    [[nodiscard]] std::string block_text(std::size_t block,
                                         std::size_t limit = std::size_t{1} << 30) const;

    // Inflated and CRC checked.
    [[nodiscard]] Bytes schema_archive() const;
    [[nodiscard]] Manifest manifest() const;

private:
    ByteSource const &source_;
    Footer footer_;
    std::vector<BlockEntry> blocks_;
};

// Only the footer, for lists. No value when there is none.
[[nodiscard]] std::optional<Footer> read_footer(ByteSource const &source);

// Members from the start without the index, for damaged files: calls `member` for each one that
// reads, and returns the offset and reason of the first that does not (no value: all of the text
// region was read).
struct WalkStop {
    std::uint64_t offset = 0;
    std::string reason;
};
[[nodiscard]] std::optional<WalkStop>
walk_members(ByteSource const &source,
             std::function<void(std::uint64_t offset, MemberInfo const &)> const &member);

} // namespace pgkeep
