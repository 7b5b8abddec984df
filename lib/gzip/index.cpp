#include "gzip/index.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgkeep {

namespace {

void put_entry(BlockEntry const &block, Bytes &out) {
    out.push_back(static_cast<std::uint8_t>(block.kind));
    out.resize(out.size() + 3);
    put_u32(out, block.table);
    put_u64(out, block.offset);
    put_u64(out, block.stored_size);
    put_u64(out, block.text_size);
    put_u64(out, block.first_member);
    put_u64(out, block.rows);
    put_u64(out, block.row_bytes);
    put_u64(out, block.hash.low);
    put_u64(out, block.hash.high);
}

BlockEntry read_entry(FieldReader fields) {
    BlockEntry block;
    std::uint8_t const kind = fields.u8();
    if (kind > static_cast<std::uint8_t>(format::BlockKind::other)) {
        throw Error{ErrorKind::damaged, fmt::format("there is no kind {} of block", kind)};
    }
    block.kind = static_cast<format::BlockKind>(kind);
    if (!std::ranges::all_of(fields.raw(3), [](std::uint8_t byte) { return byte == 0; })) {
        throw Error{ErrorKind::damaged, "bytes that should be zero are not"};
    }
    block.table = fields.u32();
    block.offset = fields.u64();
    block.stored_size = fields.u64();
    block.text_size = fields.u64();
    block.first_member = fields.u64();
    block.rows = fields.u64();
    block.row_bytes = fields.u64();
    block.hash.low = fields.u64();
    block.hash.high = fields.u64();
    return block;
}

void check_entry(BlockEntry const &block, std::uint64_t members) {
    // Divisions, not products: a count from the file must not overflow.
    if (members == 0 || block.stored_size / format::kMinMemberSize < members ||
        block.stored_size / format::kMaxMemberSize > members) {
        throw Error{ErrorKind::damaged,
                    fmt::format("{} bytes cannot be {} members", block.stored_size, members)};
    }
    if (block.text_size / format::kMaxMemberText > members) {
        throw Error{ErrorKind::damaged, fmt::format("{} members cannot have {} bytes of text",
                                                    members, block.text_size)};
    }
    if (block.row_bytes > block.text_size || block.rows > block.row_bytes) {
        throw Error{ErrorKind::damaged,
                    fmt::format("{} bytes of text cannot have {} rows of {} bytes", block.text_size,
                                block.rows, block.row_bytes)};
    }
    if ((block.table != 0) != (block.kind == format::BlockKind::copy)) {
        throw Error{ErrorKind::damaged, fmt::format("it belongs to table {}", block.table)};
    }
}

// Each block begins where the one before it ends, and the last ends where the text does.
void check_cover(std::vector<BlockEntry> const &blocks, std::uint64_t text_end,
                 std::uint64_t members) {
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        BlockEntry const &block = blocks[i];
        std::uint64_t const next_member =
            i + 1 < blocks.size() ? blocks[i + 1].first_member : members;
        if (block.offset != offset || block.stored_size > text_end - offset ||
            next_member < block.first_member || (i == 0 && block.first_member != 0)) {
            throw Error{ErrorKind::damaged,
                        fmt::format("index entry {}: the blocks do not cover the text", i)};
        }
        try {
            check_entry(block, next_member - block.first_member);
        } catch (Error const &error) {
            throw error.within(fmt::format("index entry {}", i));
        }
        offset += block.stored_size;
    }
    if (offset != text_end) {
        throw Error{ErrorKind::damaged, "the blocks of the index do not cover the text"};
    }
}

} // namespace

Bytes encode_index(std::vector<BlockEntry> const &blocks) {
    Bytes out;
    out.reserve(format::kIndexHeaderSize + blocks.size() * format::kIndexEntrySize);
    put_u32(out, format::kIndexEntrySize);
    put_u32(out, 0);
    put_u64(out, blocks.size());
    for (BlockEntry const &block : blocks) {
        put_entry(block, out);
    }
    return out;
}

std::vector<BlockEntry> decode_index(ByteView bytes, std::uint64_t text_end,
                                     std::uint64_t members) {
    FieldReader fields{bytes, "the index"};
    std::size_t const entry_size = fields.u32();
    std::uint32_t const zero = fields.u32();
    std::uint64_t const count = fields.u64();
    if (entry_size < format::kIndexEntrySize || entry_size > format::kMaxIndexEntrySize ||
        zero != 0) {
        throw Error{ErrorKind::damaged,
                    fmt::format("the index says that its entries have {} bytes", entry_size)};
    }
    if (fields.left() % entry_size != 0 || fields.left() / entry_size != count) {
        throw Error{ErrorKind::damaged,
                    fmt::format("the index says that it has {} entries, but has {} bytes for them",
                                count, fields.left())};
    }
    std::vector<BlockEntry> blocks;
    blocks.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        blocks.push_back(read_entry(FieldReader{fields.raw(entry_size), "the index entry"}));
    }
    check_cover(blocks, text_end, members);
    return blocks;
}

} // namespace pgkeep
