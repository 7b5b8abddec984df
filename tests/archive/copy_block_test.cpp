#include "archive/copy_block.hpp"
#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

TableEntry users() {
    TableEntry table;
    table.number = 1;
    table.schema = "public";
    table.name = "users";
    table.columns = {"id", "na\"me\n"};
    return table;
}

std::string text_with(std::string_view rows) {
    return copy_block_head(users()) + std::string{rows} + std::string{kCopyBlockTail};
}

struct Result {
    RowDigest proof;
    std::string rows;
};

Result check(std::string_view text, std::size_t piece_size) {
    Result result;
    auto checker =
        RowBlockChecker::copy(users(), [&](std::string_view rows) { result.rows.append(rows); });
    for (; !text.empty(); text.remove_prefix(std::min(piece_size, text.size()))) {
        checker.add(text.substr(0, piece_size));
    }
    result.proof = checker.finish();
    return result;
}

std::string message_of(std::string_view text) {
    std::string message;
    for (std::size_t const piece_size : {text.size() + 1, std::size_t{1}}) {
        try {
            static_cast<void>(check(text, piece_size));
            return "no error";
        } catch (Error const &error) {
            EXPECT_EQ(error.kind(), ErrorKind::damaged);
            message = error.what();
        }
    }
    return message;
}

TEST(RowBlockChecker, CountsAndHashesRowsHoweverTheTextIsCut) {
    std::string const rows = "1\tAda\n\n\\\\.\n2\t\\N\n\\.x\n \\.\n";
    RowDigest expected;
    for (std::string_view const line : {"1\tAda", "", "\\\\.", "2\t\\N", "\\.x", " \\."}) {
        expected.add_row(line);
    }
    for (std::size_t piece_size = 1; piece_size <= text_with(rows).size(); ++piece_size) {
        Result const result = check(text_with(rows), piece_size);
        EXPECT_EQ(result.proof, expected) << piece_size;
        EXPECT_EQ(result.rows, rows) << piece_size;
    }
}

TEST(RowBlockChecker, TakesABlockWithoutRows) {
    EXPECT_EQ(check(text_with(""), 5).proof, RowDigest{});
}

TEST(RowBlockChecker, PassesWholePiecesOnAtOnce) {
    std::vector<std::size_t> calls;
    auto checker = RowBlockChecker::copy(
        users(), [&](std::string_view rows) { calls.push_back(rows.size()); });
    checker.add(text_with("1\ta\n2\tb\n3\tc\n"));
    EXPECT_THAT(calls, testing::ElementsAre(12));
}

TEST(RowBlockChecker, RefusesABlockWithoutItsEndMarker) {
    EXPECT_THAT(message_of(copy_block_head(users()) + "1\tAda\n"), HasSubstr("ends without `\\.`"));
}

TEST(RowBlockChecker, RefusesABlockThatEndsInsideARow) {
    EXPECT_THAT(message_of(copy_block_head(users()) + "1\tA"), HasSubstr("ends without `\\.`"));
}

TEST(RowBlockChecker, RefusesABlockWithoutItsEmptyLine) {
    EXPECT_THAT(message_of(copy_block_head(users()) + "\\.\n"), HasSubstr("empty line"));
}

TEST(RowBlockChecker, RefusesTextBehindTheEnd) {
    EXPECT_THAT(message_of(text_with("") + "DROP TABLE users;\n"),
                HasSubstr("behind the block's end"));
    EXPECT_THAT(message_of(text_with("") + "\n"), HasSubstr("behind the block's end"));
    EXPECT_THAT(message_of(copy_block_head(users()) + "\\.\nDROP"),
                HasSubstr("behind the block's end"));
}

TEST(RowBlockChecker, RefusesAnotherTablesStatement) {
    TableEntry other = users();
    other.name = "user";
    EXPECT_THAT(message_of(copy_block_head(other) + "\\.\n\n"),
                HasSubstr("does not begin with `COPY"));
}

TEST(RowBlockChecker, RefusesABlockThatEndsInsideItsStatement) {
    EXPECT_THAT(message_of("COPY \"public\""), HasSubstr("ends before its rows begin"));
    EXPECT_THROW(static_cast<void>(RowBlockChecker::large_objects().finish()), Error);
}

TEST(RowBlockChecker, ChecksEveryLineOfLargeObjects) {
    std::string const line = large_object_line(16400, 262144, as_bytes("ab"));
    auto checker = RowBlockChecker::large_objects();
    checker.add(std::string{kLargeObjectHead} + line + std::string{kLargeObjectTail});
    RowDigest expected;
    expected.add_row(line.substr(0, line.size() - 1));
    EXPECT_EQ(checker.finish(), expected);

    auto hostile = RowBlockChecker::large_objects();
    EXPECT_THROW(hostile.add(std::string{kLargeObjectHead} + "DROP TABLE users;\n"), Error);
}

TEST(LargeObjectLine, HasTheDocumentedForm) {
    EXPECT_EQ(large_object_line(16400, 7, as_bytes("a\xff")),
              "SELECT pg_catalog.lo_put('16400', 7, '\\x61ff');\n");
}

TEST(LargeObjectLine, IsKnownInExactlyThatForm) {
    EXPECT_TRUE(is_large_object_line(
        "SELECT pg_catalog.lo_put('4294967295', 9223372036854775807, '\\x00');"));
    for (std::string_view const line : {
             "",
             "SELECT pg_catalog.lo_put('0', 0, '\\x00');",
             "SELECT pg_catalog.lo_put('4294967296', 0, '\\x00');",
             "SELECT pg_catalog.lo_put('01', 0, '\\x00');",
             "SELECT pg_catalog.lo_put('1', -1, '\\x00');",
             "SELECT pg_catalog.lo_put('1', 9223372036854775808, '\\x00');",
             "SELECT pg_catalog.lo_put('1', 0, '\\x');",
             "SELECT pg_catalog.lo_put('1', 0, '\\x0');",
             "SELECT pg_catalog.lo_put('1', 0, '\\xAB');",
             "SELECT pg_catalog.lo_put('1', 0, '\\x00'); ",
             "SELECT pg_catalog.lo_put('1', 0, '\\x00'); DROP TABLE a; --');",
             "SELECT pg_catalog.lo_put('1', 0, '\\x00",
         }) {
        EXPECT_FALSE(is_large_object_line(line)) << line;
    }
}

TEST(LargeObjectLine, HoldsOneChunkAndNoMore) {
    Bytes const chunk(kLargeObjectChunk);
    std::string line = large_object_line(1, 0, chunk);
    line.pop_back();
    EXPECT_TRUE(is_large_object_line(line));
    line = large_object_line(1, 0, Bytes(kLargeObjectChunk + 1));
    line.pop_back();
    EXPECT_FALSE(is_large_object_line(line));
}

} // namespace
} // namespace pgkeep
