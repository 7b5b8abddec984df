#include "base/error.hpp"
#include "model/name_pattern.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

TEST(NamePattern, FoldsCaseAndTurnsWildcardsIntoRegularExpressions) {
    EXPECT_EQ(parse_name_pattern("Shop*"), "^(shop.*)$");
    EXPECT_EQ(parse_name_pattern("a?c$1"), "^(a.c\\$1)$");
    EXPECT_EQ(parse_name_pattern("(a|b)[0-9]+"), "^((a|b)[0-9]+)$");
}

TEST(NamePattern, TakesQuotedTextLiterally) {
    EXPECT_EQ(parse_name_pattern("\"Sh*p.x\""), "^(Sh\\*p\\.x)$");
    EXPECT_EQ(parse_name_pattern("\"we\"\"ird\""), "^(we\"ird)$");
    EXPECT_EQ(parse_name_pattern("a\"B\"c"), "^(aBc)$");
}

TEST(NamePattern, DividesSchemaFromTable) {
    auto const one = parse_table_pattern("users");
    EXPECT_FALSE(one.schema_regex);
    EXPECT_EQ(one.name_regex, "^(users)$");
    auto const two = parse_table_pattern("App.\"U.x\"");
    EXPECT_EQ(two.schema_regex, "^(app)$");
    EXPECT_EQ(two.name_regex, "^(U\\.x)$");
}

TEST(NamePattern, TakesAnEmptyPairOfBracketsLiterally) {
    EXPECT_EQ(parse_name_pattern("a[]"), "^(a\\[])$");
    EXPECT_EQ(parse_name_pattern("a[]b[0]"), "^(a\\[]b[0])$");
    EXPECT_EQ(parse_name_pattern("\"a[]\""), "^(a\\[\\])$");
    EXPECT_EQ(parse_name_pattern("a["), "^(a[)$");
}

TEST(NamePattern, TakesTheDatabaseInFrontLiterally) {
    auto const three = parse_table_pattern("My*D$.App.users*");
    EXPECT_EQ(three.database, "my*d$");
    EXPECT_EQ(three.schema_regex, "^(app)$");
    EXPECT_EQ(three.name_regex, "^(users.*)$");
    EXPECT_EQ(parse_table_pattern("\"a.\"\"B\".s.t").database, "a.\"B");
    EXPECT_FALSE(parse_table_pattern("s.t").database);
}

TEST(NamePattern, RefusesTooManyDots) {
    EXPECT_THROW((void)parse_table_pattern("x.db.s.t"), Error);
    EXPECT_THROW((void)parse_name_pattern("s.t"), Error);
}
