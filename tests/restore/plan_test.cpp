#include "restore/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::Contains;
using testing::HasSubstr;

namespace {

Manifest small_manifest() {
    Manifest manifest;
    manifest.origin.database = "shop";
    manifest.origin.server_version = "15.14";
    manifest.database.encoding = "UTF8";
    manifest.database.collate = "C";
    TableEntry table;
    table.proof.rows = 1200;
    table.proof.bytes = 2048;
    manifest.tables.push_back(table);
    return manifest;
}

std::vector<std::string> plan_with(RestoreCheck check) {
    RestoreOptions options;
    options.target = "copy";
    options.jobs = 2;
    options.check = check;
    return describe_plan(small_manifest(), options, "copy__restore_x", "15.14");
}

} // namespace

TEST(DescribePlan, NamesWhatIsCreatedLoadedAndRenamed) {
    auto const plan = plan_with(RestoreCheck::content);
    EXPECT_THAT(plan,
                Contains(HasSubstr(
                    "create the staging database \"copy__restore_x\" (encoding UTF8, locale C)")));
    EXPECT_THAT(plan, Contains(HasSubstr("load 1,200 rows of 1 tables")));
    EXPECT_EQ(plan.back(), "rename \"copy__restore_x\" to \"copy\"");
}

TEST(DescribePlan, SaysHowMuchIsProven) {
    EXPECT_THAT(plan_with(RestoreCheck::content),
                Contains(HasSubstr("the content of every table")));
    EXPECT_THAT(plan_with(RestoreCheck::counts),
                Contains(HasSubstr("number of rows of every table")));
    EXPECT_THAT(plan_with(RestoreCheck::none), Contains(HasSubstr("nothing is compared")));
}
