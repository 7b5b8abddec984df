#include "repository/status.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;

Time stamp_time(std::string const &stamp) {
    return parse_stamp(stamp).value();
}

Time const kToday = stamp_time("20260120_080000");

ArchiveState archive(std::string const &stamp, std::uint64_t size = 1000,
                     ArchiveKind kind = ArchiveKind::backup) {
    ArchiveState state;
    state.file.name = {"app", stamp_time(stamp), kind};
    state.file.path = "/srv/app/" + format_archive_name(state.file.name);
    state.file.size = size;
    state.file.footer = Footer{};
    state.file.footer->kind = kind;
    state.file.footer->snapshot_time = state.file.name.time;
    return state;
}

ArchiveState with(ArchiveState state, std::string const &level, bool passed,
                  std::string const &system = "1") {
    state.evidence.push_back({state.file.name.time + 60s, level, passed, "0.1.0", 5, "", system});
    return state;
}

DatabaseStatus one(std::vector<ArchiveState> const &states,
                   std::optional<std::chrono::seconds> max_age = std::nullopt) {
    auto const all = summarize(states, kToday, max_age);
    EXPECT_EQ(all.size(), 1U);
    return all.front();
}

TEST(Status, NamesTheNewestTheNewestProvenAndTheNewestDrilled) {
    auto const status = one({with(archive("20260117_030000"), "drill", true),
                             with(archive("20260118_030000"), "checksum", true),
                             with(archive("20260119_030000"), "quick", true)});
    EXPECT_EQ(status.newest->time, stamp_time("20260119_030000"));
    EXPECT_EQ(status.newest_proven->time, stamp_time("20260118_030000"));
    EXPECT_EQ(status.newest_proven->checked, stamp_time("20260118_030100"));
    EXPECT_EQ(status.newest_drilled->time, stamp_time("20260117_030000"));
    EXPECT_EQ(status.archives, 3U);
    EXPECT_EQ(status.total_size, 3000U);
    EXPECT_EQ(status.health, Health::good);
}

TEST(Status, AProofThatALaterCheckContradictsDoesNotCount) {
    auto const status =
        one({with(with(archive("20260119_030000"), "drill", true), "checksum", false)});
    EXPECT_FALSE(status.newest_proven);
    EXPECT_FALSE(status.newest_drilled);
    EXPECT_EQ(status.health, Health::no_proof);
}

TEST(Status, TheAgeThatCountsIsThatOfTheSnapshotAndNotOfTheCheck) {
    auto archive_of_monday = with(archive("20260112_030000"), "checksum", true);
    archive_of_monday.evidence.push_back({kToday - 60s, "checksum", true, "0.1.0", 5, "", "1"});
    EXPECT_EQ(one({archive_of_monday}, 26h).health, Health::too_old);
    EXPECT_EQ(one({archive_of_monday}, 24h * 9).health, Health::good);
}

TEST(Status, ADamagedNewestArchiveIsNoticedBehindAGoodOne) {
    auto damaged = archive("20260120_030000");
    damaged.file.footer.reset();
    damaged.file.broken = true;
    EXPECT_EQ(one({with(archive("20260119_030000"), "checksum", true), damaged}).health,
              Health::newest_failed);
}

// Else a database whose archives all were overwritten would not be named any more.
TEST(Status, WhatNobodyCanTellAnythingOfCountsAsBad) {
    auto unknown = archive("20260120_030000");
    unknown.file.footer.reset();
    unknown.file.unknown = true;
    EXPECT_EQ(one({with(archive("20260119_030000"), "checksum", true), unknown}).health,
              Health::newest_failed);
    EXPECT_EQ(one({unknown}).health, Health::no_proof);
}

TEST(Status, AFailedDrillStandsUntilADrillPasses) {
    auto state = with(with(archive("20260119_030000"), "drill", false), "checksum", true);
    EXPECT_EQ(one({state}).health, Health::no_proof);
    EXPECT_EQ(one({with(state, "drill", true)}).health, Health::good);
}

TEST(Status, FilesOfOthersDoNotCount) {
    auto foreign = archive("20260120_030000");
    foreign.file.footer.reset();
    auto const status = one({with(archive("20260119_030000"), "checksum", true), foreign});
    EXPECT_EQ(status.archives, 1U);
    EXPECT_EQ(status.health, Health::good);
}

TEST(Status, ASuspiciousArchiveIsNoProof) {
    auto suspicious = with(archive("20260120_030000"), "checksum", true);
    suspicious.marks.anomalies = {"table public.users vanished"};
    auto const status = one({with(archive("20260119_030000"), "checksum", true), suspicious});
    EXPECT_EQ(status.newest->time, stamp_time("20260120_030000"));
    EXPECT_EQ(status.newest_proven->time, stamp_time("20260119_030000"));
}

TEST(Status, FindsNightsThatAreMissing) {
    auto const status =
        one({archive("20260110_030000"), archive("20260111_030000"), archive("20260112_030000"),
             archive("20260115_030000"), archive("20260116_030000"), archive("20260120_030000")});
    EXPECT_EQ(status.usual_interval, 24h);
    EXPECT_EQ(status.gaps, 2U);
    EXPECT_EQ(status.longest_gap, 96h);
}

TEST(Status, TheTimeSinceTheNewestIsAGapToo) {
    auto const status =
        one({archive("20260114_030000"), archive("20260115_030000"), archive("20260116_030000")});
    EXPECT_EQ(status.gaps, 1U);
    EXPECT_EQ(status.longest_gap, 101h);
}

TEST(Status, SaysHowTheSizeDiffersFromTheUsualOne) {
    EXPECT_EQ(one({archive("20260117_030000", 1000), archive("20260118_030000", 1010),
                   archive("20260119_030000", 505)})
                  .size_trend,
              -50);
    EXPECT_FALSE(one({archive("20260118_030000"), archive("20260119_030000")}).size_trend);
}

TEST(Status, WhatIsDatedInTheFutureIsCountedButIsNotTheNewest) {
    auto const status = one({with(archive("20260119_030000"), "checksum", true),
                             with(archive("20270101_000000"), "checksum", true)});
    EXPECT_EQ(status.newest_proven->time, stamp_time("20260119_030000"));
    EXPECT_EQ(status.ahead, 1U);
}

TEST(Status, ClustersAreJudgedApart) {
    auto const all = summarize({with(archive("20260119_030000"), "checksum", true, "1"),
                                with(archive("20260119_040000"), "checksum", false, "2")},
                               kToday, std::nullopt);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].health, Health::good);
    EXPECT_EQ(all[1].health, Health::no_proof);
}

TEST(Status, SafetySnapshotsAreCountedBesideTheBackups) {
    auto const status =
        one({with(archive("20260119_030000"), "checksum", true),
             with(archive("20260119_040000", 7, ArchiveKind::safety), "checksum", true)});
    EXPECT_EQ(status.archives, 1U);
    EXPECT_EQ(status.safety_snapshots, 1U);
    EXPECT_EQ(status.newest_proven->time, stamp_time("20260119_030000"));
    EXPECT_EQ(status.total_size, 1007U);
}

} // namespace
} // namespace pgkeep
