#include "verify/broken_archive.hpp"

#include "archive/copy_statement.hpp"
#include "archive/reader.hpp"
#include "gzip/member.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace pgkeep {

namespace {

// The block that was being read, from the headers of its members.
struct LastBlock {
    MemberInfo info;
    std::uint64_t first_offset = 0;
    std::uint32_t first_size = 0;
    std::uint64_t members = 0; // of all blocks

    void add(std::uint64_t offset, MemberInfo const &member) {
        if (member.first_of_block || members == 0) {
            first_offset = offset;
            first_size = member.member_size;
        }
        info = member;
        ++members;
    }
};

// The manifest is lost with the end, so the name comes from the block's COPY statement.
std::string table_name(ByteSource const &source, LastBlock const &block) {
    Bytes member(block.first_size);
    source.read_at(block.first_offset, member);
    MemberInflater inflater;
    std::string_view const text = inflater.inflate(member);
    auto const name = copy_target(text);
    return name ? printable(*name) : fmt::format("number {}", block.info.table);
}

std::string where(ByteSource const &source, LastBlock const &last) {
    if (last.members == 0 || last.info.block != format::BlockKind::copy) {
        return "text";
    }
    return "table " + table_name(source, last);
}

} // namespace

std::optional<Finding> find_stop(ByteSource const &source) {
    LastBlock last;
    auto const stop = walk_members(source, [&last](std::uint64_t offset, MemberInfo const &member) {
        last.add(offset, member);
    });
    if (!stop) {
        return std::nullopt;
    }
    bool const inside = last.members > 0 && !last.info.last_of_block;
    return Finding{stop->offset, where(source, last),
                   fmt::format("the archive can be read up to here, {}: {}",
                               inside ? "inside this block" : "behind this block", stop->reason)};
}

} // namespace pgkeep
