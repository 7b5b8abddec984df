#include "restore/object_counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(SafeFilters, TakesTheFiltersOfABackup) {
    EXPECT_THAT(safe_filters({"--table=a.*", "--exclude-table-data=b"}).value(),
                ElementsAre("--table=a.*", "--exclude-table-data=b"));
}

TEST(SafeFilters, RefusesEveryOtherOption) {
    EXPECT_FALSE(safe_filters({"--table=a", "--file=/etc/passwd"}));
    EXPECT_FALSE(safe_filters({"-t"}));
}

TEST(WithoutKinds, LeavesOutWhatIsIgnored) {
    EXPECT_THAT(without_kinds({{"ACL", 3}, {"TABLE", 2}}, {"ACL"}), ElementsAre(Pair("TABLE", 2)));
}

TEST(PlanObjectCounting, SaysWhyItCannotCount) {
    Manifest manifest;
    manifest.origin.server_version_num = 150014;
    manifest.origin.pg_dump_version = "0.1";
    std::string why_not;
    EXPECT_FALSE(plan_object_counting(manifest, {}, 160001, why_not));
    EXPECT_THAT(why_not, HasSubstr("major version"));
    EXPECT_FALSE(plan_object_counting(manifest, {}, 150003, why_not));
    EXPECT_THAT(why_not, HasSubstr("pg_dump 0.1"));
}
