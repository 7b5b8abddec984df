// Whole decisions with their reasons, as files that a person can read and judge.

#include "model/retention_sample.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using std::chrono::days;
using std::chrono::hours;

namespace {

Time const kMorning = utc("2026-11-18 06:00:00");

// Nightly backups at 02:00 with the history that a real folder has.
std::vector<RetentionItem> household() {
    std::vector<RetentionItem> items;
    auto const add = [&items](std::string_view time, std::string_view note, auto change) {
        RetentionItem item = proven_at(time);
        item.id = fmt::format("{:19} {:22}", time, note);
        change(item);
        items.push_back(item);
    };
    auto const plain = [](RetentionItem &) {};
    add("2027-11-18 02:00:00", "clock ahead", plain);
    add("2026-11-18 02:00:00", "cut short", [](auto &item) { item.proven = false; });
    add("2026-11-17 14:00:00", "before a migration", [](auto &item) { item.held = true; });
    add("2026-11-17 13:00:00", "safety", [](auto &item) { item.kind = ArchiveKind::safety; });
    add("2026-11-17 02:00:00", "", plain);
    add("2026-11-16 02:00:00", "drilled", [](auto &item) { item.drilled = true; });
    add("2026-11-15 02:00:00", "damaged", [](auto &item) { item.damaged = true; });
    add("2026-11-14 02:00:00", "", plain);
    add("2026-11-13 02:00:00", "", plain);
    add("2026-11-12 12:00:00", "old script's", [](auto &item) { item.ours = false; });
    add("2026-11-10 02:00:00", "", plain);
    add("2026-11-09 02:00:00", "drilled", [](auto &item) { item.drilled = true; });
    add("2026-11-05 02:00:00", "another cluster",
        [](auto &item) { item.system_identifier = "7002"; });
    add("2026-11-04 02:00:00", "another cluster",
        [](auto &item) { item.system_identifier = "7002"; });
    add("2026-11-02 02:00:00", "damaged", [](auto &item) { item.damaged = true; });
    add("2026-10-31 02:00:00", "", plain);
    add("2026-10-30 02:00:00", "held", [](auto &item) { item.held = true; });
    add("2026-10-01 13:00:00", "safety", [](auto &item) { item.kind = ArchiveKind::safety; });
    add("2026-09-30 02:00:00", "", plain);
    add("2026-09-29 02:00:00", "", plain);
    add("2025-12-31 02:00:00", "adopted", [](auto &item) {
        item.ours = false;
        item.adopted = true;
    });
    add("2025-12-30 02:00:00", "", plain);
    return items;
}

void expect_household(std::string const &name, RetentionPolicy const &policy) {
    expect_decision(name, decision_text(household(), policy, kMorning));
}

} // namespace

TEST(RetentionGolden, ExplainsAWeekOfDays) {
    RetentionPolicy policy;
    policy.max_age = days{7};
    policy.min_keep = 3;
    policy.keep_safety = days{14};
    expect_household("retention_days", policy);
}

TEST(RetentionGolden, ExplainsCalendarBuckets) {
    RetentionPolicy policy;
    policy.last = 2;
    policy.hourly = 2;
    policy.daily = 3;
    policy.weekly = 3;
    policy.monthly = 3;
    policy.yearly = 3;
    expect_household("retention_buckets", policy);
}

TEST(RetentionGolden, ExplainsAWindowBesideBuckets) {
    RetentionPolicy policy;
    policy.within = hours{84};
    policy.monthly = 2;
    expect_household("retention_within", policy);
}

TEST(RetentionGolden, ExplainsWhyNothingGoesWithoutARule) {
    expect_household("retention_no_rule", {});
}
