#include "backup/script.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

TEST(Script, SetsEachSequence) {
    EXPECT_EQ(sequence_statements({{"public", "s", 5, true}, {"a'b", "c\\d", -3, false}}),
              "SELECT pg_catalog.setval('\"public\".\"s\"', 5, true);\n"
              "SELECT pg_catalog.setval(E'\"a''b\".\"c\\\\d\"', -3, false);\n\n");
    EXPECT_EQ(sequence_statements({}), "");
}

TEST(Script, BeginsWithCommentsThatNoNameCanLeave) {
    Origin origin;
    origin.database = "x\n\\! touch /tmp/owned\n\xc3\xa4";
    std::string const head = head_comment(origin);
    for (std::size_t at = 0; at < head.size(); at = head.find('\n', at) + 1) {
        EXPECT_TRUE(head.compare(at, 2, "--") == 0 || head[at] == '\n') << head.substr(at, 40);
    }
    for (char const c : head) {
        EXPECT_LT(static_cast<unsigned char>(c), 0x80);
    }
}

TEST(Script, EndsRestrictedModeWithItsKey) {
    EXPECT_EQ(unrestrict_line("abc"), "\\unrestrict abc\n\n");
    EXPECT_EQ(unrestrict_line(""), "");
}
