#include "restore/schema.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

TEST(DbnameArgument, EscapesWhatAConnectionStringWouldRead) {
    EXPECT_EQ(dbname_argument("shop"), "dbname='shop'");
    EXPECT_EQ(dbname_argument(R"(a'b\c host=evil)"), R"(dbname='a\'b\\c host=evil')");
}

TEST(TablespaceOfLine, ReadsPlainAndQuotedNames) {
    EXPECT_EQ(tablespace_of_line("SET default_tablespace = fast;"), "fast");
    EXPECT_EQ(tablespace_of_line(R"(SET default_tablespace = "we ""ird";)"), "we \"ird");
}

TEST(TablespaceOfLine, IsEmptyForTheDefaultAndForOtherLines) {
    EXPECT_EQ(tablespace_of_line("SET default_tablespace = '';"), "");
    EXPECT_EQ(tablespace_of_line("SET default_table_access_method = heap;"), "");
    EXPECT_EQ(tablespace_of_line("  SET default_tablespace = fast;"), "");
}
