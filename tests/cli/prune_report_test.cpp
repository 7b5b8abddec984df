#include "cli/prune_report.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

PruneEntry entry(std::string const &stamp, std::uint64_t size, bool keep,
                 std::vector<std::string> reasons) {
    PruneEntry entry;
    entry.state.file.path = "/r/shop/shop_" + stamp + ".sql.gz";
    entry.state.file.name = {"shop", parse_stamp(stamp).value()};
    entry.state.file.broken = true;
    entry.item.time = entry.state.file.name.time;
    entry.item.size = size;
    entry.item.system_identifier = "7001";
    entry.verdict = {keep, std::move(reasons)};
    return entry;
}

PrunePlan sample() {
    PrunePlan plan;
    plan.entries.push_back(entry("20260101_010000", 5000, false, {"older than 7 days"}));
    plan.entries.push_back(entry("20260110_010000", 2'000'000, true, {"held", "last 2"}));
    plan.entries.push_back(
        entry("20260111_010000", 1000, true, {"not proven, newer than every proven one"}));
    plan.entries.back().state.marks.anomalies = {"every table is empty"};
    plan.condemned = 1;
    plan.condemned_size = 5000;
    return plan;
}

Time const kNow = parse_stamp("20260112_010000").value();

TEST(PruneReport, ShowsEachArchiveWithItsVerdictAndWhy) {
    EXPECT_EQ(format_prune_plan(sample(), kNow),
              "archive                      age     size  verdict  why\n"
              "shop_20260101_010000.sql.gz  11d  4.9 KiB  remove   older than 7 days\n"
              "shop_20260110_010000.sql.gz   2d  1.9 MiB  keep     held; last 2\n"
              "shop_20260111_010000.sql.gz   1d   1000 B  keep     not proven, newer than every "
              "proven one; anomaly that nobody has released\n");
}

TEST(PruneReport, SaysWhatWouldBeOrIsFree) {
    EXPECT_EQ(format_prune_summary("shop", sample(), nullptr),
              "shop: 1 of 3 archives would be removed, 4.9 KiB would be free\n");
    PruneResult const result{{"/r/shop/shop_20260101_010000.sql.gz"}, 5000, {}};
    EXPECT_EQ(format_prune_summary("shop", sample(), &result),
              "shop: 1 of 3 archives removed, 4.9 KiB freed\n");
}

TEST(PruneReport, HasNoTableWithoutArchives) {
    EXPECT_EQ(format_prune_plan({}, kNow), "");
}

TEST(PruneReport, IsJsonWithReasonsAndProvenance) {
    auto const list = prune_plan_json(sample(), kNow);
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list[0]["archive"], "/r/shop/shop_20260101_010000.sql.gz");
    EXPECT_EQ(list[0]["keep"], false);
    EXPECT_EQ(list[0]["age_seconds"], 11 * 86'400);
    EXPECT_EQ(list[0]["provenance"], "ours");
    EXPECT_EQ(list[2]["reasons"][1], "anomaly that nobody has released");
    PruneResult const result{{"/r/a"}, 5000, {{"/r/b", "it was put on hold", false}}};
    auto const outcome = prune_result_json(result);
    EXPECT_EQ(outcome["removed"][0], "/r/a");
    EXPECT_EQ(outcome["freed"], 5000);
    EXPECT_EQ(outcome["spared"][0]["why"], "it was put on hold");
}

} // namespace
} // namespace pgkeep
