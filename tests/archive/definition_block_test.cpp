#include "archive/definition_block.hpp"
#include "support/errors.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::HasSubstr;

namespace {

std::vector<std::string_view> const kLines{
    "SELECT pg_catalog.lo_create('7');", "ALTER LARGE OBJECT 7 OWNER TO \"o\";",
    "SET SESSION AUTHORIZATION \"g\";",  "GRANT SELECT ON LARGE OBJECT 7 TO PUBLIC;",
    "RESET SESSION AUTHORIZATION;",      "COMMENT ON LARGE OBJECT 7 IS 'x';"};

std::string joined(std::vector<std::string_view> const &lines) {
    std::string text;
    for (auto const line : lines) {
        text.append(line).append("\n");
    }
    return text;
}

std::string refusal(std::string const &text) {
    return error_of([&] { (void)definitions_in(text); }).what();
}

} // namespace

TEST(DefinitionBlock, IsTakenApartByLines) {
    EXPECT_THAT(definitions_in("BEGIN;\n" + joined(kLines) + "COMMIT;\n\n"),
                testing::ElementsAreArray(kLines));
}

TEST(DefinitionBlock, LeavesOutWhatARestoreDoesNotWant) {
    EXPECT_EQ(filter_definitions(kLines, {}), joined(kLines));
    EXPECT_EQ(filter_definitions(kLines, {true, false, {}}),
              joined({kLines[0], kLines[2], kLines[3], kLines[4], kLines[5]}));
    EXPECT_EQ(filter_definitions(kLines, {false, true, {}}),
              joined({kLines[0], kLines[1], kLines[5]}));
}

TEST(DefinitionBlock, TakesTheRoleAgainThatALineGaveUp) {
    EXPECT_THAT(filter_definitions(kLines, {false, false, "a b"}),
                HasSubstr("RESET SESSION AUTHORIZATION;\nSET ROLE \"a b\";\nCOMMENT"));
}

TEST(DefinitionBlock, HoldsNothingElse) {
    EXPECT_THAT(refusal("BEGIN;\nDROP TABLE t;\nCOMMIT;\n\n"),
                HasSubstr("this does not define a large object: `DROP TABLE t;`"));
    EXPECT_THAT(refusal("BEGIN;\nCOMMENT ON LARGE OBJECT 7 IS 'two\nlines';\nCOMMIT;\n\n"),
                HasSubstr("does not define"));
    EXPECT_THAT(refusal(joined(kLines)), HasSubstr("does not begin with `BEGIN;`"));
    EXPECT_THAT(refusal("BEGIN;\n" + joined(kLines)), HasSubstr("does not end with `COMMIT;`"));
    EXPECT_THAT(refusal(""), HasSubstr("does not begin with `BEGIN;`"));
}

TEST(DefinitionBlock, IsClosedWhenItsTextIsLarge) {
    MemberCompressor compressor{1};
    std::vector<FinishedBlock> blocks;
    DefinitionBlocks writer{compressor,
                            [&](FinishedBlock block) { blocks.push_back(std::move(block)); }};
    std::string const remark = comment_large_object(7, std::string(5 << 20, 'x'));
    writer.add({remark, remark, remark});
    writer.add({});
    ASSERT_EQ(blocks.size(), 2U);
    EXPECT_EQ(blocks[0].entry.kind, format::BlockKind::other);
    EXPECT_EQ(blocks[0].entry.rows, 0U);
    EXPECT_GT(blocks[0].entry.text_size, 2 * blocks[1].entry.text_size - 100);
}
