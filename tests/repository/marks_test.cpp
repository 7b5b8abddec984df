#include "base/error.hpp"
#include "repository/marks.hpp"
#include "support/errors.hpp"

#include "prune_fixture.hpp"
#include <fcntl.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <regex>
#include <thread>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Marking : public Pruning {
protected:
    // As an old script would have left it in the repository's own folder.
    std::string plant_foreign(std::string const &name) {
        std::string path = folder_.file(name);
        write_whole_file(path, "\x1f\x8b not one of ours");
        return path;
    }

    [[nodiscard]] ArchiveState state_of(std::string const &path) const {
        for (ArchiveState const &state : read_states(repository())) {
            if (state.file.path == path) {
                return state;
            }
        }
        ADD_FAILURE() << path << " is not listed";
        return {};
    }

    void adopt(std::string const &path) {
        mark_adopted(path, {at("20260201_000000"), state_of(path).file.identity, "00", kCluster});
    }
};

TEST_F(Marking, AHeldArchiveStaysUntilItIsReleased) {
    auto const paths = plant_four();
    hold(paths[0], at("20260201_000000"));
    hold(paths[0], at("20260202_000000"));
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[1], paths[2]));
    EXPECT_TRUE(release(paths[0]));
    EXPECT_FALSE(release(paths[0]));
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[0]));
    EXPECT_THAT(names_in("shop"), SizeIs(2));
}

TEST_F(Marking, AHoldIsForItsOwnerAndSaysWhoAndWhen) {
    auto const paths = plant_four();
    hold(paths[0], at("20260201_000000"));
    std::string const mark = folder_.file("shop/.shop_20260110_010000.sql.gz.hold");
    struct stat status {};
    ASSERT_EQ(::stat(mark.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_THAT(read_whole_file(mark),
                testing::MatchesRegex("held by .+@.+ at 2026-02-01T00:00:00Z\n"));
}

TEST_F(Marking, AHoldThatComesAfterThePlanCounts) {
    auto const paths = plant_four();
    PrunePlan const planned = plan("shop", keep_last(1));
    hold(paths[0], at("20260201_000000"));
    PruneResult const result = apply_prune(repository(), planned, {});
    EXPECT_THAT(result.removed, ElementsAre(paths[1], paths[2]));
    ASSERT_THAT(result.spared, SizeIs(1));
    EXPECT_EQ(result.spared[0].why, "it was put on hold");
}

TEST_F(Marking, AnythingUnderTheNameOfAHoldHolds) {
    auto const paths = plant_four();
    ASSERT_EQ(::symlink("nowhere", mark_path(paths[0], mark_kind::kHold).c_str()), 0);
    ASSERT_EQ(::mkdir(mark_path(paths[1], mark_kind::kHold).c_str(), 0700), 0);
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[2]));
}

// A prune holds its lock until the archive is gone; a hold that waits for it comes too late.
TEST_F(Marking, WhatIsRemovedMeanwhileCannotBeHeld) {
    std::string const path = plant_four()[0];
    FileDescriptor prune{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    ASSERT_EQ(::flock(prune.get(), LOCK_EX), 0);
    auto held = std::async(std::launch::async,
                           [&] { return error_of([&] { hold(path, at("20260201_000000")); }); });
    struct stat status {};
    ASSERT_EQ(::fstat(prune.get(), &status), 0);
    std::regex const waits{"-> FLOCK.*:" + std::to_string(status.st_ino) + " "};
    for (int i = 0; i < 1000 && !std::regex_search(read_whole_file("/proc/locks"), waits); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    ASSERT_EQ(::unlink(path.c_str()), 0);
    prune.reset();
    Error const error = held.get();
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_THAT(error.what(), HasSubstr("was removed meanwhile"));
    EXPECT_FALSE(exists(mark_path(path, mark_kind::kHold)));
}

TEST_F(Marking, AHoldThatCannotBeRemovedIsNotReleased) {
    std::string const path = plant_four()[0];
    ASSERT_EQ(::mkdir(mark_path(path, mark_kind::kHold).c_str(), 0700), 0);
    EXPECT_THAT(error_of([&] { release(path); }).what(), HasSubstr("cannot remove"));
}

TEST_F(Marking, WhatIsGoneCannotBeHeld) {
    try {
        hold(folder_.file("shop_20260101_000000.sql.gz"), Time{});
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
    }
}

TEST_F(Marking, ForeignArchivesAreListedAndNeverRemovedNorCounted) {
    std::string const beside = plant_foreign("homerack_20260112_120000.sql.gz");
    plant("homerack", "20260110_010000");
    std::string const newest = plant("homerack", "20260111_010000");
    std::string const inside = plant_foreign("homerack/homerack_20250101_000000.sql.gz");
    EXPECT_EQ(state_of(beside).provenance(), Provenance::foreign);
    EXPECT_EQ(state_of(inside).provenance(), Provenance::foreign);
    EXPECT_EQ(state_of(newest).provenance(), Provenance::ours);
    EXPECT_THAT(prune("homerack", keep_last(1)).removed, SizeIs(1));
    for (std::string const &path : {beside, inside, newest}) {
        EXPECT_TRUE(exists(path)) << path;
    }
}

TEST_F(Marking, AnAdoptedArchiveCountsAndGoes) {
    std::string const old = plant_foreign("homerack_20250101_120000.sql.gz");
    std::string const young = plant_foreign("homerack_20250102_120000.sql.gz");
    adopt(old);
    adopt(young);
    EXPECT_EQ(state_of(old).provenance(), Provenance::adopted);
    EXPECT_EQ(state_of(old).system_identifier(), kCluster);
    EXPECT_THAT(prune("homerack", keep_last(1)).removed, ElementsAre(old));
    EXPECT_FALSE(exists(mark_path(old, mark_kind::kAdopted)));
    plant("homerack", "20260110_010000");
    EXPECT_THAT(prune("homerack", keep_last(1)).removed, ElementsAre(young));
}

TEST_F(Marking, AnAdoptionEndsWhenTheFileChanges) {
    std::string const path = plant_foreign("homerack_20250101_120000.sql.gz");
    adopt(path);
    std::string const content = read_whole_file(path);
    std::filesystem::remove(path);
    write_whole_file(folder_.file("keeps-the-old-inode-busy"), "x");
    write_whole_file(path, content + "more");
    EXPECT_EQ(state_of(path).provenance(), Provenance::foreign);
    plant("homerack", "20260110_010000");
    EXPECT_THAT(prune("homerack", keep_last(1)).removed, IsEmpty());
}

TEST_F(Marking, ADamagedAdoptionIsNone) {
    std::string const path = plant_foreign("homerack_20250101_120000.sql.gz");
    for (char const *text : {"", "{}", "[1]", "{\"time\":1}", "not JSON", "\xff\xfe"}) {
        write_whole_file(mark_path(path, mark_kind::kAdopted), text);
        EXPECT_EQ(state_of(path).provenance(), Provenance::foreign) << text;
    }
}

TEST_F(Marking, AnAdoptionWithANumberThatIsNoneIsNone) {
    std::string const path = plant_foreign("homerack_20250101_120000.sql.gz");
    adopt(path);
    std::string const mark = mark_path(path, mark_kind::kAdopted);
    auto const good = nlohmann::json::parse(read_whole_file(mark));
    for (char const *name : {"inode", "size", "modified"}) {
        auto damaged = good;
        damaged[name] = good.at(name).get<double>() + 0.5;
        write_whole_file(mark, damaged.dump());
        EXPECT_EQ(state_of(path).provenance(), Provenance::foreign) << name;
    }
    write_whole_file(mark, good.dump());
    EXPECT_EQ(state_of(path).provenance(), Provenance::adopted);
}

TEST_F(Marking, AnAnomalyKeepsAnArchiveFromCountingUntilItIsReleased) {
    auto const paths = plant_four();
    mark_anomalies(paths[3], {"table public.orders fell from 1,000 rows to 10 rows", "two\nlines"});
    EXPECT_THAT(state_of(paths[3]).marks.anomalies,
                ElementsAre(HasSubstr("public.orders"), "two\\x0Alines"));
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[0], paths[1]));
    EXPECT_TRUE(release(paths[3]));
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[2]));
}

TEST_F(Marking, AnAnomalyThatCannotBeReadIsOne) {
    auto const paths = plant_four();
    ASSERT_EQ(::symlink("nowhere", mark_path(paths[3], mark_kind::kAnomaly).c_str()), 0);
    EXPECT_THAT(state_of(paths[3]).marks.anomalies, ElementsAre("an anomaly that cannot be read"));
    write_whole_file(mark_path(paths[2], mark_kind::kAnomaly), "");
    EXPECT_THAT(state_of(paths[2]).marks.anomalies, SizeIs(1));
}

TEST_F(Marking, MarksAreNoArchives) {
    auto const paths = plant_four();
    hold(paths[0], Time{});
    mark_anomalies(paths[1], {"x"});
    EXPECT_THAT(repository().list(), SizeIs(4));
    EXPECT_THAT(repository().sweep("shop"), IsEmpty());
}

} // namespace
} // namespace pgkeep
