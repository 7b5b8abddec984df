#include "base/error.hpp"
#include "repository/lock.hpp"
#include "repository/replacements.hpp"
#include "support/log_capture.hpp"
#include "support/other_user.hpp"

#include "prune_fixture.hpp"
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string reasons_of(PruneEntry const &entry) {
    std::string text = entry.verdict.keep ? "keep:" : "remove:";
    for (std::string const &reason : entry.verdict.reasons) {
        text += ' ' + reason;
    }
    return text;
}

std::uint64_t size_of_first_three(std::vector<std::string> const &paths) {
    return std::filesystem::file_size(paths[0]) + std::filesystem::file_size(paths[1]) +
           std::filesystem::file_size(paths[2]);
}

TEST_F(Pruning, RemovesWhatIsCondemnedWithItsEvidence) {
    auto const paths = plant_four();
    std::uint64_t const size = size_of_first_three(paths);
    PruneResult const result = prune("shop", keep_last(1));
    EXPECT_THAT(result.removed, ElementsAre(paths[0], paths[1], paths[2]));
    EXPECT_THAT(result.spared, IsEmpty());
    EXPECT_EQ(result.freed, size);
    EXPECT_EQ(names_in("shop"), (std::set<std::string>{"shop_20260113_010000.sql.gz",
                                                       ".shop_20260113_010000.sql.gz.evidence"}));
}

TEST_F(Pruning, RemovesNothingWithoutARuleAndNothingTheSecondTime) {
    static_cast<void>(plant_four());
    EXPECT_THAT(prune("shop", {}).removed, IsEmpty());
    EXPECT_THAT(prune("shop", keep_last(2)).removed, SizeIs(2));
    EXPECT_THAT(prune("shop", keep_last(2)).removed, IsEmpty());
}

TEST_F(Pruning, APlanAloneChangesNothingAndSaysWhatItWouldFree) {
    auto const paths = plant_four();
    PrunePlan const planned = plan("shop", keep_last(1));
    EXPECT_EQ(planned.condemned, 3U);
    EXPECT_EQ(planned.condemned_size, size_of_first_three(paths));
    EXPECT_EQ(reasons_of(planned.entries[0]), "remove: no rule keeps it");
    EXPECT_EQ(reasons_of(planned.entries[3]), "keep: newest proven archive last 1");
    EXPECT_EQ(names_in("shop").size(), 8U);
}

TEST_F(Pruning, KeepsToTheDatabaseWhateverItsName) {
    static_cast<void>(plant_four());
    for (char const *other : {"shop_1", "shop_20260110", "shop_20260110_010000", "sho", "Shop"}) {
        plant(other, "20260101_000000");
        plant(other, "20260102_000000");
    }
    EXPECT_THAT(prune("shop", keep_last(1)).removed, SizeIs(3));
    for (char const *other : {"shop_1", "shop_20260110", "shop_20260110_010000", "sho", "Shop"}) {
        EXPECT_THAT(names_in(other), SizeIs(4)) << other;
    }
    EXPECT_THAT(prune("shop_1", keep_last(1)).removed, SizeIs(1));
}

TEST_F(Pruning, TwoInOneSecondAreTwoAndTheNewerStays) {
    plant("shop", "20260110_010000");
    std::string const newer = plant("shop", "20260110_010001"); // the next free second
    EXPECT_THAT(prune("shop", keep_last(1)).removed, SizeIs(1));
    EXPECT_TRUE(exists(newer));
}

TEST_F(Pruning, AnotherClusterEvictsNothing) {
    plant("shop", "20260110_010000");
    plant("shop", "20260111_010000", ArchiveKind::backup, "8002");
    plant("shop", "20260112_010000", ArchiveKind::backup, "8002");
    PruneResult const result = prune("shop", keep_last(1));
    ASSERT_THAT(result.removed, SizeIs(1));
    EXPECT_THAT(result.removed[0], HasSubstr("20260111_010000"));
}

TEST_F(Pruning, TheClusterComesFromTheManifestWhereEvidenceDoesNotSayIt) {
    std::string const path = folder_.file("shop/shop_20260110_010000.sql.gz");
    plant("shop", "20260111_010000", ArchiveKind::backup, "8002");
    plant("shop", "20260112_010000", ArchiveKind::backup, "9003");
    MemorySink sink;
    ArchiveWriter writer{sink, 6};
    Manifest manifest;
    manifest.origin.database = "shop";
    manifest.origin.snapshot_time = at("20260110_010000");
    manifest.origin.system_identifier = "8002";
    writer.text(format::BlockKind::head, "-- head\n");
    static_cast<void>(writer.finish(manifest, {}, "-- PostgreSQL database dump complete\n"));
    write_whole_file(path, as_text(sink.bytes()));
    prove(path, "");
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(path));
}

TEST_F(Pruning, OnlyProvenArchivesCount) {
    auto const paths = plant_four();
    std::string const unproven = plant_archive(folder_.path(), "shop", "20260114_010000");
    std::string const failed = plant("shop", "20260115_010000");
    prove(failed, kCluster, evidence_level::kChecksum, false);
    EXPECT_THAT(prune("shop", keep_last(1)).removed, SizeIs(3));
    EXPECT_TRUE(exists(paths[3]));
    EXPECT_TRUE(exists(unproven));
    EXPECT_TRUE(exists(failed));
}

TEST_F(Pruning, TheNewestDrilledOneStays) {
    auto const paths = plant_four();
    prove(paths[1], kCluster, evidence_level::kDrill);
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[0], paths[2]));
}

TEST_F(Pruning, OneOfOursThatLostItsEndIsDamagedAndNotForeign) {
    auto const paths = plant_four();
    cut_file(paths[0], std::filesystem::file_size(paths[0]) - 10);
    flip_bit(paths[1], std::filesystem::file_size(paths[1]) - 30);
    auto const items = retention_items(read_states(repository(), "shop"));
    for (std::size_t i : {0U, 1U}) {
        EXPECT_TRUE(items[i].ours) << i;
        EXPECT_TRUE(items[i].damaged) << i;
        EXPECT_FALSE(items[i].proven) << i;
        EXPECT_EQ(items[i].system_identifier, kCluster) << i;
    }
    RetentionPolicy policy = keep_last(1);
    EXPECT_THAT(prune("shop", policy).removed, ElementsAre(paths[2])); // within a week
    plant("shop", "20990301_010000"); // later than the change of the files, which is of today
    EXPECT_THAT(prune("shop", policy, "20990302_000000").removed,
                ElementsAre(paths[0], paths[1], paths[3]));
}

TEST_F(Pruning, ASafetySnapshotUnderABackupsNameProvesNothing) {
    auto const paths = plant_four();
    std::string const renamed = folder_.file("shop/shop_20260120_010000.sql.gz");
    write_whole_file(renamed, small_archive("shop", at("20260120_010000"), ArchiveKind::safety));
    prove(renamed);
    EXPECT_THAT(prune("shop", keep_last(1)).removed, SizeIs(3));
    EXPECT_TRUE(exists(paths[3]));
}

TEST_F(Pruning, SafetySnapshotsHaveTheirOwnRule) {
    static_cast<void>(plant_four());
    std::string const old = plant("shop", "20250101_000000", ArchiveKind::safety);
    std::string const young = plant("shop", "20260113_020000", ArchiveKind::safety);
    EXPECT_THAT(prune("shop", keep_last(4)).removed, IsEmpty());
    RetentionPolicy policy;
    policy.keep_safety = std::chrono::days{30};
    EXPECT_THAT(prune("shop", policy).removed, ElementsAre(old));
    EXPECT_TRUE(exists(young));
}

TEST_F(Pruning, KeepsTheSafetySnapshotThatUndoWouldTake) {
    std::string const first = plant("shop", "20250101_000000", ArchiveKind::safety);
    std::string const last = plant("shop", "20250102_000000", ArchiveKind::safety);
    std::string const perhaps = plant("shop", "20250103_000000", ArchiveKind::safety);
    std::string const failed = plant("shop", "20260113_020000", ArchiveKind::safety);
    RetentionPolicy policy;
    policy.keep_safety = std::chrono::days{30};
    Replacement replacement{at("20250101_000000"), kCluster, name_of(first), 1};
    record_replacement(folder_.path(), "shop", replacement);
    replacement.safety_snapshot = name_of(last);
    record_replacement(folder_.path(), "shop", replacement);
    replacement.safety_snapshot = name_of(perhaps);
    announce_replacement(folder_.path(), "shop", replacement);
    EXPECT_THAT(prune("shop", policy).removed, ElementsAre(first));
    write_whole_file(folder_.file("shop/.replaced"), "");
    EXPECT_THAT(prune("shop", policy).removed, ElementsAre(last, perhaps));
}

TEST_F(Pruning, KeepsAllSafetySnapshotsWhenItCannotKnowWhichOneUndoWouldTake) {
    LogCapture const log;
    plant("shop", "20250101_000000", ArchiveKind::safety);
    plant("shop", "20260113_020000", ArchiveKind::safety);
    RetentionPolicy policy;
    policy.keep_safety = std::chrono::days{30};
    write_whole_file(folder_.file("shop/.replaced"), "");
    std::filesystem::resize_file(folder_.file("shop/.replaced"), 1 << 30);
    EXPECT_THAT(prune("shop", policy).removed, IsEmpty());
    EXPECT_THAT(log.text(), HasSubstr("since --undo may need it"));
}

TEST_F(Pruning, GlobalsAreAGroupOfTheirOwnEvenBesideADatabaseOfThatName) {
    plant("", "20260110_010000", ArchiveKind::globals);
    std::string const newer = plant("", "20260111_010000", ArchiveKind::globals);
    plant("globals", "20260101_000000");
    PruneResult const result = apply_prune(
        repository(),
        plan_prune(read_globals_states(repository()), keep_last(1), at("20260201_000000")), {});
    EXPECT_THAT(result.removed, SizeIs(1));
    EXPECT_TRUE(exists(newer));
    EXPECT_THAT(names_in("globals"), SizeIs(2));
}

TEST_F(Pruning, AClockAYearAheadOrBackRemovesNothingMore) {
    for (char const *now : {"20260201_000000", "20270201_000000", "20250201_000000"}) {
        SCOPED_TRACE(now);
        static_cast<void>(plant_four());
        RetentionPolicy policy;
        policy.max_age = std::chrono::days{2};
        PrunePlan const planned = plan("shop", policy, now);
        EXPECT_EQ(planned.condemned, std::string_view{now} == "20250201_000000" ? 0U : 1U);
    }
}

TEST_F(Pruning, FollowsNoSymbolicLinkAndTouchesNoFolder) {
    auto const paths = plant_four();
    TemporaryFolder const elsewhere;
    std::string const precious = elsewhere.file("shop_20260101_000000.sql.gz");
    std::filesystem::copy_file(paths[0], precious);
    std::string const link = folder_.file("shop/shop_20260101_000000.sql.gz");
    ASSERT_EQ(::symlink(precious.c_str(), link.c_str()), 0);
    std::string const folder = folder_.file("shop/shop_20260102_000000.sql.gz");
    ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
    std::string const fifo = folder_.file("shop/shop_20260103_000000.sql.gz");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_THAT(prune("shop", keep_last(1)).removed, SizeIs(3));
    for (std::string const &path : {precious, link, folder, fifo}) {
        EXPECT_TRUE(exists(path)) << path;
    }
}

TEST_F(Pruning, ADatabaseFolderThatIsALinkIsNotEntered) {
    TemporaryFolder const elsewhere;
    static_cast<void>(plant_four());
    std::filesystem::rename(folder_.file("shop"), elsewhere.file("shop"));
    ASSERT_EQ(::symlink(elsewhere.file("shop").c_str(), folder_.file("shop").c_str()), 0);
    EXPECT_THAT(prune("shop", keep_last(1)).removed, IsEmpty());
    RunLock const lock = lock_for_prune(repository(), "shop");
    EXPECT_FALSE(exists(elsewhere.file("shop/.lock")));
}

TEST_F(Pruning, AFolderExchangedForALinkAfterThePlanIsNotEntered) {
    TemporaryFolder const elsewhere;
    static_cast<void>(plant_four());
    PrunePlan const planned = plan("shop", keep_last(1));
    std::filesystem::rename(folder_.file("shop"), elsewhere.file("shop"));
    ASSERT_EQ(::symlink(elsewhere.file("shop").c_str(), folder_.file("shop").c_str()), 0);
    PruneResult const result = apply_prune(repository(), planned, {});
    EXPECT_THAT(result.removed, IsEmpty());
    EXPECT_TRUE(result.failed());
    EXPECT_TRUE(exists(elsewhere.file("shop/shop_20260110_010000.sql.gz")));
}

TEST_F(Pruning, AFileThatChangedSinceItWasJudgedStays) {
    auto const paths = plant_four();
    PrunePlan const planned = plan("shop", keep_last(1));
    std::string const content = read_whole_file(paths[0]);
    std::filesystem::remove(paths[0]);
    write_whole_file(paths[0], content); // another inode
    append_to_file(paths[1], "more");    // another size
    std::filesystem::remove(paths[2]);   // gone
    PruneResult const result = apply_prune(repository(), planned, {});
    EXPECT_THAT(result.removed, IsEmpty());
    ASSERT_THAT(result.spared, SizeIs(3));
    EXPECT_EQ(result.spared[0].why, "it has changed since it was judged");
    EXPECT_EQ(result.spared[1].why, "it has changed since it was judged");
    EXPECT_EQ(result.spared[2].why, "it is gone");
    EXPECT_FALSE(result.failed());
    EXPECT_TRUE(exists(evidence_path(paths[0])));
}

TEST_F(Pruning, AFileThatAnotherProgramHasLockedStays) {
    auto const paths = plant_four();
    PublishedFile file{folder_.file("shop"), "x"}; // any holder of a lock will do
    file.commit("shop_20260109_010000.sql.gz");
    write_whole_file(folder_.file("shop/shop_20260109_010000.sql.gz"),
                     small_archive("shop", at("20260109_010000"), ArchiveKind::backup));
    prove(folder_.file("shop/shop_20260109_010000.sql.gz"));
    PruneResult const result = prune("shop", keep_last(1));
    EXPECT_THAT(result.removed, SizeIs(3));
    ASSERT_THAT(result.spared, SizeIs(1));
    EXPECT_EQ(result.spared[0].why, "another program has locked it");
}

TEST_F(Pruning, WhatAnInterruptionLeavesIsNoGoodArchiveAndGoesLater) {
    auto const paths = plant_four();
    std::filesystem::remove(evidence_path(paths[0])); // killed after the first step
    auto const items = retention_items(read_states(repository(), "shop"));
    EXPECT_FALSE(items[0].proven);
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[1], paths[2]));
    EXPECT_TRUE(exists(paths[0])); // as every unproven one, for a week of backups
    plant("shop", "20260301_010000");
    EXPECT_THAT(prune("shop", keep_last(1), "20260302_000000").removed,
                ElementsAre(paths[0], paths[3]));
}

TEST_F(Pruning, StopsBetweenTwoArchives) {
    static_cast<void>(plant_four());
    std::stop_source stop;
    stop.request_stop();
    try {
        static_cast<void>(apply_prune(repository(), plan("shop", keep_last(1)), stop.get_token()));
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
    EXPECT_THAT(names_in("shop"), SizeIs(8));
}

TEST_F(Pruning, SaysWhatItCouldNotRemoveAndGoesOn) {
    auto const paths = plant_four();
    PruneResult result;
    {
        OtherUser const user{folder_.path()};
        ASSERT_EQ(::chmod(folder_.file("shop").c_str(), 0500), 0);
        result = prune("shop", keep_last(1));
        ::chmod(folder_.file("shop").c_str(), 0700);
    }
    EXPECT_TRUE(result.failed());
    ASSERT_THAT(result.spared, SizeIs(3));
    EXPECT_THAT(result.spared[0].why, HasSubstr("cannot remove"));
    EXPECT_TRUE(exists(paths[0]));
    EXPECT_TRUE(exists(evidence_path(paths[0])));
}

TEST_F(Pruning, AMissingDatabaseHasNothingToPrune) {
    EXPECT_THAT(prune("nothing", keep_last(1)).removed, IsEmpty());
}

TEST_F(Pruning, PrunesTenThousandArchivesAtOnceAndSaysHowLongItTook) {
    constexpr int kArchives = 10'000;
    std::string const first = plant("shop", "19900101_000000");
    std::filesystem::remove(evidence_path(first));
    write_whole_file(first, small_archive("shop", at("20200101_000000"), ArchiveKind::backup));
    prove(first, kCluster, evidence_level::kChecksum, true, "shop");
    for (int i = 1; i < kArchives; ++i) { // links: the names are what there are many of
        std::string const name =
            format_archive_name({"shop", at("19900101_000000") + i * std::chrono::hours{24}});
        std::filesystem::create_hard_link(first, folder_.file("shop/" + name));
        std::filesystem::create_hard_link(evidence_path(first),
                                          evidence_path(folder_.file("shop/" + name)));
    }
    auto const start = std::chrono::steady_clock::now();
    PruneResult const result = prune("shop", keep_last(10));
    auto const took = std::chrono::steady_clock::now() - start;
    EXPECT_THAT(result.removed, SizeIs(kArchives - 10));
    RecordProperty("milliseconds", static_cast<int>(took / std::chrono::milliseconds{1}));
}

} // namespace
} // namespace pgkeep
