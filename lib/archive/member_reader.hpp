// Reading the members of one block from a source, each compared with what the index says of the
// block.
//
// Errors are Error{damaged} without the place; the caller adds it from offset(). Private to
// lib/archive: the reader throws, the check goes on.
//
// Thread-safety: one thread at a time. Memory: one stored member (about 1 MiB), kept from block to
// block.

#pragma once

#include "base/bytes.hpp"
#include "gzip/footer.hpp"
#include "gzip/index.hpp"
#include "gzip/member.hpp"
#include "model/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

class BlockMembers {
public:
    explicit BlockMembers(ByteSource const &source) : source_(source) {}

    // The members of `block` are next. `count`: how many it has; 0 when that is not known.
    void begin(BlockEntry const &block, std::uint64_t count);
    // Reads the next member; false behind the last. After an exception the rest of the block cannot
    // be read.
    [[nodiscard]] bool next();
    // The member that was read against the block's entry, and behind the last member the block's
    // sums.
    void compare() const;

    [[nodiscard]] std::uint64_t offset() const noexcept {
        return offset_;
    } // of the member, also of one that failed
    // Behind the last member that was read.
    [[nodiscard]] std::uint64_t end_offset() const noexcept { return next_offset_; }
    [[nodiscard]] ByteView bytes() const noexcept {
        return ByteView{buffer_}.first(info_.member_size);
    }
    [[nodiscard]] MemberInfo const &info() const noexcept { return info_; }

private:
    void read(std::uint64_t left);
    void compare_sums() const;

    ByteSource const &source_;
    BlockEntry block_;
    std::uint64_t count_ = 0;
    std::uint64_t read_ = 0;
    std::uint64_t text_size_ = 0;
    std::uint64_t offset_ = 0;
    std::uint64_t next_offset_ = 0;
    MemberInfo info_;
    Bytes buffer_;
};

// How many members block `number` has.
[[nodiscard]] std::uint64_t member_count(std::vector<BlockEntry> const &blocks, std::size_t number,
                                         std::uint64_t text_members);

// The header of the text member at `offset`; no value where another kind of member stands. `end`
// bounds the member.
[[nodiscard]] std::optional<MemberInfo> read_member_header(ByteSource const &source,
                                                           std::uint64_t offset, std::uint64_t end);

// An attachment, inflated, with its sizes and CRC-32 compared.
[[nodiscard]] Bytes read_attachment(ByteSource const &source, format::MemberKind kind,
                                    Region const &region);

// `table public.users`, `pre-data` …, for messages. `manifest` may be null: then tables are known
// by number.
[[nodiscard]] std::string block_name(format::BlockKind kind, std::uint32_t table,
                                     Manifest const *manifest);

} // namespace pgkeep
