// What prune does with archives of which nobody can tell whether they are good, or since when they
// are not.

#include "prune_fixture.hpp"
#include <gmock/gmock.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PruningInDoubt : public Pruning {};

TEST_F(PruningInDoubt, ADamagedArchiveStaysForAWeekAfterItWasFound) {
    auto const paths = plant_four();
    prove(paths[0], kCluster, evidence_level::kChecksum, false); // found on the first of January
    auto const damaged_on = [&](char const *stamp) {
        plant("shop", stamp);
        return retention_items(read_states(repository(), "shop")).at(0);
    };
    RetentionItem const item = damaged_on("20260201_010000");
    EXPECT_TRUE(item.damaged);
    EXPECT_EQ(item.damaged_since, at("20260101_000000"));
}

// The medium failed for one night, or somebody else's copy did not bring the evidence along.
TEST_F(PruningInDoubt, WhatCannotBeReadOrHasNoEvidenceIsInDoubtAndNotDamaged) {
    auto const paths = plant_four();
    prove_unreadable(paths[0]);
    std::filesystem::remove(evidence_path(paths[1]));
    auto const items = retention_items(read_states(repository(), "shop"));
    for (std::size_t i : {0U, 1U}) {
        EXPECT_TRUE(items[i].in_doubt) << i;
        EXPECT_FALSE(items[i].damaged || items[i].proven) << i;
    }
    EXPECT_FALSE(items[2].in_doubt);
    plant("shop", "20260301_010000");
    RetentionPolicy policy = keep_last(1);
    policy.monthly = 9;
    // The oldest of all, and that of the proven ones, stay while there are fewer than nine months.
    EXPECT_THAT(prune("shop", policy, "20260302_000000").removed, ElementsAre(paths[1]));
}

TEST_F(PruningInDoubt, AQuickLookTakesBackNothingThatAChecksumFound) {
    auto const paths = plant_four();
    auto const state = [&] { return read_states(repository(), "shop").at(0); };
    prove(paths[0], kCluster, evidence_level::kDrill, false);
    prove(paths[0], kCluster, evidence_level::kQuick);
    prove(paths[0], kCluster, evidence_level::kChecksum);
    EXPECT_NE(state().standing_failure(), nullptr);
    EXPECT_EQ(state().proof(), nullptr);
    prove(paths[0], kCluster, evidence_level::kDrill);
    EXPECT_EQ(state().standing_failure(), nullptr);
    EXPECT_NE(state().proof(), nullptr);
}

// The same for evidence that is there and cannot be read, and that is said.
TEST_F(PruningInDoubt, WhoseEvidenceCannotBeReadStaysAndIsNamed) {
    auto const paths = plant_four();
    std::filesystem::remove(evidence_path(paths[2]));
    std::filesystem::create_directory(evidence_path(paths[2]));
    PruneResult const result = prune("shop", keep_last(2));
    EXPECT_THAT(result.removed, ElementsAre(paths[0]));
    EXPECT_TRUE(exists(paths[1])) << "of the two newest that are proven";
    ASSERT_EQ(result.spared.size(), 1U);
    EXPECT_EQ(result.spared[0].path, paths[2]);
    EXPECT_THAT(result.spared[0].why, testing::HasSubstr("cannot read its evidence: "));
    EXPECT_TRUE(result.failed());
}

// NFS gives an exclusive lock only to a descriptor that may write.
TEST_F(PruningInDoubt, OpensForWritingWhatItLocks) {
    auto const paths = plant_four();
    FileDescriptor const events{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    ASSERT_GE(::inotify_add_watch(events.get(), paths[0].c_str(), IN_CLOSE), 0);
    EXPECT_THAT(prune("shop", keep_last(3)).removed, ElementsAre(paths[0]));
    std::uint32_t closed = 0;
    for (inotify_event event{}; ::read(events.get(), &event, sizeof event) == sizeof event;) {
        closed |= event.mask;
    }
    EXPECT_NE(closed & IN_CLOSE_WRITE, 0U);
}

// A role that may not ask for the identifier of its cluster.
TEST_F(PruningInDoubt, ArchivesOfAClusterThatIsNotToldEvictNothingOfAKnownOne) {
    std::string const known = plant("shop", "20260110_010000");
    std::string const untold = plant_archive(folder_.path(), "shop", "20260111_010000");
    prove(untold, "", evidence_level::kChecksum, true, "shop");
    EXPECT_THAT(prune("shop", keep_last(1)).removed, IsEmpty());
}

} // namespace
} // namespace pgkeep
