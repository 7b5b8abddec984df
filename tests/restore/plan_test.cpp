#include "restore/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace {

Manifest small_manifest() {
    Manifest manifest;
    TableEntry table;
    table.proof.rows = 1200;
    table.proof.bytes = 2048;
    manifest.tables.push_back(table);
    return manifest;
}

class Plan : public testing::Test {
protected:
    Plan() {
        options_.target = "copy";
        options_.jobs = 2;
    }

    std::vector<std::string> plan(RestoreWay way, RestoreCheck check = RestoreCheck::content) {
        DatabaseProperties properties;
        properties.encoding = "UTF8";
        properties.collate = "C";
        std::optional<Target> target;
        if (way != RestoreWay::create) {
            target.emplace();
            target->name = "copy";
            target->size = 4096;
            target->sessions = 3;
        }
        return describe_plan({way, "restore the archive of \"shop\"", manifest_, "copy__restore_x",
                              "copy__before_x", target, properties, check},
                             options_);
    }

    RestoreOptions options_;
    Manifest manifest_ = small_manifest();
};

} // namespace

TEST_F(Plan, NamesWhatIsCreatedLoadedAndRenamed) {
    auto const steps = plan(RestoreWay::create);
    EXPECT_EQ(steps.front(), "restore the archive of \"shop\"");
    EXPECT_THAT(steps, Contains(HasSubstr("create the staging database \"copy__restore_x\" "
                                          "(encoding UTF8, locale C)")));
    EXPECT_THAT(steps, Contains(HasSubstr("load 1,200 rows of 1 table, ")));
    EXPECT_EQ(steps.back(), "rename \"copy__restore_x\" to \"copy\"");
}

TEST_F(Plan, SaysHowMuchIsProven) {
    EXPECT_THAT(plan(RestoreWay::create, RestoreCheck::content),
                Contains(HasSubstr("the content of every table")));
    EXPECT_THAT(plan(RestoreWay::create, RestoreCheck::counts),
                Contains(HasSubstr("number of rows of every table")));
    EXPECT_THAT(plan(RestoreWay::create, RestoreCheck::none),
                Contains(HasSubstr("nothing is compared")));
}

TEST_F(Plan, OfAReplacementBeginsWithTheSafetySnapshotAndEndsWithTheOldDatabase) {
    options_.repository = "/srv";
    auto const steps = plan(RestoreWay::replace);
    EXPECT_EQ(steps.at(1), "take a safety snapshot of \"copy\" (4.0 KiB) in /srv and verify it");
    EXPECT_EQ(steps.at(steps.size() - 2),
              "end the sessions in \"copy\" (now 3), and in one transaction rename it to "
              "\"copy__before_x\" and \"copy__restore_x\" to \"copy\"");
    EXPECT_EQ(steps.back(), "drop \"copy__before_x\"");
    options_.keep_old = true;
    EXPECT_EQ(plan(RestoreWay::replace).back(), "keep \"copy__before_x\"");
}

TEST_F(Plan, SaysWhenThereWillBeNoWayBack) {
    options_.safety_snapshot = false;
    EXPECT_THAT(plan(RestoreWay::replace), Contains(HasSubstr("cannot be brought back")));
}

TEST_F(Plan, InPlaceIsOneTransactionWithOneWorkerAndNoStaging) {
    auto const steps = plan(RestoreWay::inside);
    EXPECT_THAT(steps, Contains(HasSubstr("begin one transaction in \"copy\"")));
    EXPECT_THAT(steps, Contains(HasSubstr("remove everything that is in \"copy\"")));
    EXPECT_THAT(steps, Contains(HasSubstr("with 1 worker")));
    EXPECT_THAT(steps, Not(Contains(HasSubstr("staging"))));
    EXPECT_EQ(steps.back(), "commit");
}

TEST_F(Plan, APartRemovesNothing) {
    options_.part.tables = {"goods"};
    EXPECT_THAT(plan(RestoreWay::inside), Not(Contains(HasSubstr("remove"))));
}
