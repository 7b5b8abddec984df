#include "pg/database_properties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(DatabaseAclItem, ReadsPrivilegesAndGrantOptions) {
    auto const item = parse_database_acl_item("app=C*Tc/owner").value();
    EXPECT_EQ(item.grantee, "app");
    EXPECT_EQ(item.grantor, "owner");
    EXPECT_THAT(item.privileges, ElementsAre("TEMPORARY", "CONNECT"));
    EXPECT_THAT(item.grantable_privileges, ElementsAre("CREATE"));
}

TEST(DatabaseAclItem, ReadsPublicAsNoName) {
    auto const item = parse_database_acl_item("=Tc/postgres").value();
    EXPECT_EQ(item.grantee, "");
    EXPECT_EQ(item.grantor, "postgres");
}

TEST(DatabaseAclItem, ReadsQuotedNames) {
    auto const item = parse_database_acl_item(R"("a=b/""c"=c/"gr antor")").value();
    EXPECT_EQ(item.grantee, "a=b/\"c");
    EXPECT_EQ(item.grantor, "gr antor");
}

TEST(DatabaseAclItem, RefusesOtherForms) {
    EXPECT_FALSE(parse_database_acl_item(""));
    EXPECT_FALSE(parse_database_acl_item("app"));
    EXPECT_FALSE(parse_database_acl_item("app=c"));
    EXPECT_FALSE(parse_database_acl_item("app=cX/owner"));
    EXPECT_FALSE(parse_database_acl_item("app=c/owner/more"));
    EXPECT_FALSE(parse_database_acl_item("\"app=c/owner"));
}

TEST(SettingValueSql, IsOneLiteralForMostSettings) {
    EXPECT_EQ(setting_value_sql("work_mem", "64MB"), "'64MB'");
    EXPECT_EQ(setting_value_sql("my.text", "a, b"), "'a, b'");
}

TEST(SettingValueSql, IsAListForListsOfNames) {
    EXPECT_EQ(setting_value_sql("search_path", R"("$user", public)"), "'$user', 'public'");
    EXPECT_EQ(setting_value_sql("search_path", R"("we""ird, x",  b )"), "'we\"ird, x', 'b'");
    EXPECT_EQ(setting_value_sql("search_path", R"("")"), "''");
}
