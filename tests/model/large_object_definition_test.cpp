#include "model/large_object_definition.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

TEST(LargeObjectDefinition, IsOneLineWhateverANameOrATextHolds) {
    EXPECT_EQ(comment_large_object(7, "it's\na \\ line\r"),
              R"(COMMENT ON LARGE OBJECT 7 IS E'it''s\na \\ line\r';)");
    EXPECT_EQ(comment_large_object(7, "two\nlines"),
              R"(COMMENT ON LARGE OBJECT 7 IS E'two\nlines';)");
    EXPECT_EQ(own_large_object(7, "a\"b\n\\c"),
              R"(ALTER LARGE OBJECT 7 OWNER TO U&"a""b\000A\\c";)");
    EXPECT_EQ(label_large_object(7, "a provider", "secret"),
              R"(SECURITY LABEL FOR "a provider" ON LARGE OBJECT 7 IS 'secret';)");
}

TEST(LargeObjectDefinition, GrantsToRolesAndToEverybody) {
    EXPECT_EQ(grant_large_object(7, "SELECT", std::nullopt, false),
              "GRANT SELECT ON LARGE OBJECT 7 TO PUBLIC;");
    EXPECT_EQ(grant_large_object(7, "SELECT, UPDATE", "Reader", true),
              "GRANT SELECT, UPDATE ON LARGE OBJECT 7 TO \"Reader\" WITH GRANT OPTION;");
    EXPECT_EQ(revoke_large_object(7, "owner"), "REVOKE ALL ON LARGE OBJECT 7 FROM \"owner\";");
}

TEST(LargeObjectDefinition, IsToldByItsFirstWords) {
    using enum LargeObjectStatement;
    EXPECT_EQ(large_object_statement(create_large_object(4294967295)), creation);
    EXPECT_EQ(large_object_statement(own_large_object(7, "GRANT")), owner);
    EXPECT_EQ(large_object_statement(revoke_large_object(7, std::nullopt)), privileges);
    for (char const *const rights : {"SELECT", "UPDATE", "SELECT, UPDATE"}) {
        EXPECT_EQ(large_object_statement(grant_large_object(7, rights, "r", false)), privileges);
    }
    EXPECT_EQ(large_object_statement(grant_as("r")), privileges);
    EXPECT_EQ(large_object_statement(kGrantAsOneself), privileges);
    EXPECT_EQ(large_object_statement(comment_large_object(7, "c")), remark);
    EXPECT_EQ(large_object_statement(label_large_object(7, "p", "l")), remark);
    EXPECT_EQ(large_object_statement("DROP TABLE t;"), std::nullopt);
    EXPECT_EQ(large_object_statement("ALTER LARGE OBJECT 7 OWNER TO"), std::nullopt);
    EXPECT_EQ(large_object_statement(""), std::nullopt);
}
