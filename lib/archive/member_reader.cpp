#include "archive/member_reader.hpp"

#include "base/error.hpp"
#include "gzip/attachment.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pgkeep {

namespace {

[[noreturn]] void damaged(std::string const &message) {
    throw Error{ErrorKind::damaged, message};
}

} // namespace

void BlockMembers::begin(BlockEntry const &block, std::uint64_t count) {
    block_ = block;
    count_ = count;
    read_ = 0;
    text_size_ = 0;
    offset_ = block.offset;
    next_offset_ = block.offset;
}

bool BlockMembers::next() {
    std::uint64_t const left = block_.offset + block_.stored_size - next_offset_;
    if (left == 0) {
        return false;
    }
    offset_ = next_offset_;
    read(left);
    next_offset_ += info_.member_size;
    text_size_ += info_.text_size;
    ++read_;
    return true;
}

void BlockMembers::read(std::uint64_t left) {
    if (left < format::kMinMemberSize) {
        damaged(fmt::format("the block has {} bytes left, too few for a member", left));
    }
    buffer_.resize(std::max(buffer_.size(), format::kTextHeaderSize));
    source_.read_at(offset_, std::span{buffer_}.first(format::kTextHeaderSize));
    info_ = parse_member_header(buffer_);
    if (info_.member_size > left) {
        damaged(fmt::format("the member says that it has {} bytes, the block has {} left",
                            info_.member_size, left));
    }
    buffer_.resize(std::max<std::size_t>(buffer_.size(), info_.member_size));
    source_.read_at(offset_ + format::kTextHeaderSize,
                    std::span{buffer_}.subspan(format::kTextHeaderSize,
                                               info_.member_size - format::kTextHeaderSize));
}

void BlockMembers::compare() const {
    if (info_.block != block_.kind || info_.table != block_.table) {
        damaged("the member says that it belongs to " +
                block_name(info_.block, info_.table, nullptr));
    }
    if (info_.first_of_block != (read_ == 1)) {
        damaged("the member's mark for the first of its block is wrong");
    }
    bool const at_end = next_offset_ == block_.offset + block_.stored_size;
    if (info_.last_of_block != at_end) {
        damaged(at_end ? "the block ends without a last member"
                       : "the block goes on behind its last member");
    }
    if (at_end) {
        compare_sums();
    } else if (text_size_ > block_.text_size) { // who believed the index has no room for more
        damaged(fmt::format("the block has more than the {} bytes of text that it should have",
                            block_.text_size));
    }
}

void BlockMembers::compare_sums() const {
    if (count_ != 0 && read_ != count_) {
        damaged(fmt::format("the block has {} members, should have {}", read_, count_));
    }
    if (text_size_ != block_.text_size) {
        damaged(fmt::format("the block has {} bytes of text, should have {}", text_size_,
                            block_.text_size));
    }
}

std::uint64_t member_count(std::vector<BlockEntry> const &blocks, std::size_t number,
                           std::uint64_t text_members) {
    std::uint64_t const end =
        number + 1 < blocks.size() ? blocks[number + 1].first_member : text_members;
    return end - blocks[number].first_member;
}

std::optional<MemberInfo> read_member_header(ByteSource const &source, std::uint64_t offset,
                                             std::uint64_t end) {
    std::array<std::uint8_t, format::kTextHeaderSize> header{};
    if (end - offset < header.size()) {
        damaged(fmt::format("{} bytes are too few for a member", end - offset));
    }
    source.read_at(offset, header);
    auto const kind = member_kind(header);
    if (kind && kind != format::MemberKind::text) {
        return std::nullopt;
    }
    MemberInfo const info = parse_member_header(header);
    if (info.member_size > end - offset) {
        damaged(fmt::format("the member says that it has {} bytes, there are {}", info.member_size,
                            end - offset));
    }
    return info;
}

Bytes read_attachment(ByteSource const &source, format::MemberKind kind, Region const &region) {
    Bytes stored(region.stored_size); // the footer's reader has compared it with the file's size
    source.read_at(region.offset, stored);
    Bytes const deflated = read_pieces(kind, stored);
    if (deflated.size() != region.deflated_size) {
        damaged(fmt::format("its pieces have {} bytes, should have {}", deflated.size(),
                            region.deflated_size));
    }
    if (deflated.empty()) {
        return {};
    }
    Bytes content = inflate_raw(deflated, region.size);
    if (std::uint32_t const crc = crc32_of(content); crc != region.crc32) {
        damaged(fmt::format("the CRC-32 of its content is {:08x}, should be {:08x}", crc,
                            region.crc32));
    }
    return content;
}

std::string block_name(format::BlockKind kind, std::uint32_t table, Manifest const *manifest) {
    constexpr std::array<std::string_view, 8> kNames{"header comment", "pre-data",  "table",
                                                     "large objects",  "sequences", "post-data",
                                                     "manifest",       "text"};
    std::string name{kNames.at(static_cast<std::size_t>(kind))};
    if (kind != format::BlockKind::copy) {
        return name;
    }
    if (manifest != nullptr && table >= 1 && table <= manifest->tables.size()) {
        TableEntry const &entry = manifest->tables[table - 1];
        return name + ' ' + printable_name(entry.schema, entry.name);
    }
    return fmt::format("{} number {}", name, table);
}

} // namespace pgkeep
