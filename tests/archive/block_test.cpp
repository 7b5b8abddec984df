#include "archive/block.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

struct Members {
    std::string text;
    std::vector<MemberInfo> infos;
};

Members read(FinishedBlock const &block) {
    Members members;
    MemberInflater inflater;
    for (Bytes const &member : block.members) {
        members.text += inflater.inflate(member);
        members.infos.push_back(parse_member_header(member));
    }
    return members;
}

FinishedBlock block_of(std::string_view text) {
    MemberCompressor compressor{1};
    BlockBuilder builder{compressor, format::BlockKind::pre_data, 0};
    builder.add_text(text);
    EXPECT_EQ(builder.text_size(), text.size());
    return builder.finish();
}

TEST(BlockBuilder, ABlockOfAnySizeComesBackInMembersOfAtMostOneMebibyte) {
    for (std::size_t const size :
         {std::size_t{0}, std::size_t{1}, format::kMaxMemberText - 1, format::kMaxMemberText,
          format::kMaxMemberText + 1, 3 * format::kMaxMemberText}) {
        std::string const text(size, 'x');
        FinishedBlock const block = block_of(text);
        Members const members = read(block);
        EXPECT_TRUE(members.text == text) << size;
        EXPECT_EQ(
            members.infos.size(),
            std::max<std::size_t>(1, (size + format::kMaxMemberText - 1) / format::kMaxMemberText));
        EXPECT_EQ(block.entry.text_size, size);
        std::size_t stored = 0;
        for (Bytes const &member : block.members) {
            stored += member.size();
        }
        EXPECT_EQ(block.entry.stored_size, stored);
    }
}

TEST(BlockBuilder, TakesNoMoreMemoryThanItsMembersHaveBytes) {
    MemberCompressor compressor{0};
    BlockBuilder builder{compressor, format::BlockKind::pre_data, 0};
    builder.add_text(std::string(kBlockText + 1, 'x'));
    for (Bytes const &member : builder.finish().members) {
        EXPECT_EQ(member.capacity(), member.size());
    }
}

TEST(BlockBuilder, MarksTheFirstAndTheLastMember) {
    Members const members = read(block_of(std::string(3 * format::kMaxMemberText, 'x')));
    ASSERT_EQ(members.infos.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(members.infos[i].first_of_block, i == 0);
        EXPECT_EQ(members.infos[i].last_of_block, i == 2);
        EXPECT_EQ(members.infos[i].block, format::BlockKind::pre_data);
    }
}

TEST(BlockBuilder, CountsAndHashesRowsButNotOtherText) {
    MemberCompressor compressor{6};
    BlockBuilder builder{compressor, format::BlockKind::copy, 9};
    RowDigest expected;
    builder.add_text("COPY …\n");
    for (std::string_view const row : {"1\n", "\n", "3\tthree\n"}) {
        builder.add_row(row);
        expected.add_row(row.substr(0, row.size() - 1));
    }
    builder.add_text("\\.\n\n");
    FinishedBlock const block = builder.finish();
    EXPECT_EQ(block.entry.proof(), expected);
    EXPECT_EQ(block.entry.table, 9U);
    EXPECT_EQ(read(block).infos[0].table, 9U);
}

TEST(BlockBuilder, ARowLargerThanAMemberIsOneRow) {
    MemberCompressor compressor{1};
    BlockBuilder builder{compressor, format::BlockKind::copy, 1};
    std::string const row = std::string(5 * format::kMaxMemberText / 2, 'r') + '\n';
    builder.add_row(row);
    FinishedBlock const block = builder.finish();
    EXPECT_EQ(block.entry.rows, 1U);
    EXPECT_EQ(block.entry.row_bytes, row.size());
    EXPECT_TRUE(read(block).text == row);
}

} // namespace
} // namespace pgkeep
