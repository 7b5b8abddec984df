#include "repository/latest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Time const kNoon = parse_stamp("20260120_120000").value();

ArchiveState crm(std::string const &stamp, std::string const &cluster = "1") {
    ArchiveState state;
    state.file.name = {"crm", parse_stamp(stamp).value(), ArchiveKind::backup};
    state.file.path = stamp;
    state.file.footer = Footer{};
    state.origin = Origin{};
    state.origin->database = "crm";
    state.origin->system_identifier = cluster;
    return state;
}

ArchiveState foreign_crm(std::string const &stamp) {
    ArchiveState state = crm(stamp, "");
    state.file.footer.reset();
    return state;
}

ArchiveState broken_crm(std::string const &stamp) {
    ArchiveState state = foreign_crm(stamp);
    state.file.broken = true;
    return state;
}

// Of the only database.
LatestArchives latest(std::vector<ArchiveState> const &states) {
    auto const all = latest_of_each(states, kNoon);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? LatestArchives{} : all.front();
}

TEST(LatestOfEach, PassesOverWhatIsDatedInTheFuture) {
    auto const found = latest({crm("20260118_030000"), crm("20260119_030000"),
                               crm("20270101_030000"), crm("20270102_030000")});
    EXPECT_EQ(found.database, "crm");
    EXPECT_THAT(found.paths, ElementsAre("20260119_030000"));
    EXPECT_FALSE(found.ahead);
}

TEST(LatestOfEach, TakesTheFutureWhereThereIsNothingElseAndSaysSo) {
    auto const found = latest({crm("20270101_030000"), crm("20270102_030000")});
    EXPECT_THAT(found.paths, ElementsAre("20270102_030000"));
    EXPECT_TRUE(found.ahead);
}

TEST(LatestOfEach, PassesOverFilesOfOthersUnlessTheyWereAdopted) {
    EXPECT_THAT(latest({crm("20260118_030000"), foreign_crm("20260119_030000")}).paths,
                ElementsAre("20260118_030000"));
    EXPECT_THAT(latest_of_each({foreign_crm("20260119_030000")}, kNoon), IsEmpty());
    ArchiveState adopted = foreign_crm("20260119_030000");
    adopted.marks.adoption.emplace();
    EXPECT_THAT(latest({crm("20260118_030000"), adopted}).paths, ElementsAre("20260119_030000"));
}

TEST(LatestOfEach, PassesOverWhatIsNoBackup) {
    ArchiveState safety = crm("20260119_030000");
    safety.file.name.kind = ArchiveKind::safety;
    ArchiveState renamed = crm("20260119_040000");
    renamed.file.footer->kind = ArchiveKind::safety;
    EXPECT_THAT(latest({crm("20260118_030000"), safety, renamed}).paths,
                ElementsAre("20260118_030000"));
}

// Else a nightly check would call the repository good because its newest archive is damaged.
TEST(LatestOfEach, ADamagedOneIsNotTheLatestAndIsNotHidden) {
    EXPECT_THAT(latest({broken_crm("20260117_030000"), crm("20260118_030000"),
                        broken_crm("20260119_030000")})
                    .paths,
                ElementsAre("20260118_030000", "20260119_030000"));
    EXPECT_THAT(latest({broken_crm("20260119_030000")}).paths, ElementsAre("20260119_030000"));
}

// And neither would it see one that cannot be read.
TEST(LatestOfEach, OneThatCannotBeReadIsNotHidden) {
    ArchiveState unknown = foreign_crm("20260119_030000");
    unknown.file.unknown = true;
    EXPECT_THAT(latest({crm("20260118_030000"), unknown}).paths,
                ElementsAre("20260118_030000", "20260119_030000"));
}

TEST(LatestOfEach, TellsTheDatabasesOfSeveralClustersApart) {
    auto const all = latest_of_each(
        {crm("20260118_030000", "1"), crm("20260119_030000", "2"), crm("20260119_040000", "2")},
        kNoon);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_THAT(all[0].paths, ElementsAre("20260118_030000"));
    EXPECT_THAT(all[1].paths, ElementsAre("20260119_040000"));
}

} // namespace
} // namespace pgkeep
