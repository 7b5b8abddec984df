#include "restore/early_objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr std::uint64_t kBig = 1000;

TocEntry entry(int id, std::string kind, std::string names, std::vector<int> depends_on = {}) {
    TocEntry result;
    result.dump_id = id;
    result.kind = std::move(kind);
    result.names = std::move(names);
    result.depends_on = std::move(depends_on);
    return result;
}

Manifest manifest_of(std::vector<std::pair<std::string, std::uint64_t>> const &tables) {
    Manifest manifest;
    manifest.roles = {"owner"};
    for (auto const &[name, bytes] : tables) {
        TableEntry table;
        table.number = static_cast<std::uint32_t>(manifest.tables.size() + 1);
        table.schema = "public";
        table.name = name;
        table.proof.bytes = bytes;
        manifest.tables.push_back(table);
    }
    return manifest;
}

std::vector<EarlyObject> plan(std::vector<TocEntry> const &toc, Manifest const &manifest) {
    return plan_early_objects(toc, manifest, select_all(manifest), kBig);
}

std::vector<int> ids(std::vector<EarlyObject> const &objects) {
    std::vector<int> result;
    for (auto const &object : objects) {
        result.push_back(object.dump_id);
    }
    return result;
}

// A big and a small table, each with a key and an index, and a foreign key from big to small.
std::vector<TocEntry> two_tables() {
    return {entry(1, "TABLE", "public big owner"),
            entry(2, "TABLE", "public small owner"),
            entry(11, "CONSTRAINT", "public big big_pkey owner", {1}),
            entry(12, "INDEX", "public big_i owner", {1}),
            entry(13, "CONSTRAINT", "public small small_pkey owner", {2}),
            entry(14, "INDEX", "public small_i owner", {2}),
            entry(15, "FK CONSTRAINT", "public big big_fkey owner", {1, 2, 13})};
}

} // namespace

TEST(EarlyObjects, AreThoseOfBigTablesAndWhatTheirForeignKeysNeed) {
    auto const objects = plan(two_tables(), manifest_of({{"big", kBig}, {"small", 1}}));
    EXPECT_THAT(ids(objects), ElementsAre(11, 12, 13, 15));
}

TEST(EarlyObjects, NeedTheRowsOfTheirTables) {
    auto const objects = plan(two_tables(), manifest_of({{"big", kBig}, {"small", 1}}));
    EXPECT_THAT(objects.at(0).tables, ElementsAre(1));
    EXPECT_THAT(objects.at(3).tables, ElementsAre(1, 2));
}

TEST(EarlyObjects, PutAForeignKeyBehindTheIndexesThatItsCheckCanUse) {
    auto const objects = plan(two_tables(), manifest_of({{"big", kBig}, {"small", 1}}));
    EXPECT_TRUE(objects.at(3).foreign_key);
    EXPECT_THAT(objects.at(3).after, ElementsAre(11, 12, 13));
}

TEST(EarlyObjects, LetOnlyIndexesBeBuiltSideBySide) {
    auto const objects = plan(two_tables(), manifest_of({{"big", kBig}, {"small", 1}}));
    EXPECT_TRUE(objects.at(0).exclusive);
    EXPECT_FALSE(objects.at(1).exclusive);
    EXPECT_TRUE(objects.at(3).exclusive);
}

TEST(EarlyObjects, AreNoneWhereAllTablesAreSmall) {
    EXPECT_THAT(plan(two_tables(), manifest_of({{"big", kBig - 1}, {"small", 1}})), IsEmpty());
}

TEST(EarlyObjects, AreNoneOfWhatWasNotSelected) {
    Manifest const manifest = manifest_of({{"big", kBig}, {"small", 1}});
    Selection selection = select_all(manifest);
    selection.toc = std::set<int>{1, 12};
    EXPECT_THAT(ids(plan_early_objects(two_tables(), manifest, selection, kBig)), ElementsAre(12));
}

TEST(EarlyObjects, BringTheirComments) {
    auto toc = two_tables();
    toc.push_back(entry(21, "COMMENT", "public INDEX big_i owner", {12}));
    toc.push_back(entry(22, "COMMENT", "public TABLE big owner", {1}));
    auto const objects = plan(toc, manifest_of({{"big", kBig}, {"small", 1}}));
    EXPECT_THAT(objects.at(1).remarks, ElementsAre(21));
}

TEST(EarlyObjects, WaitForAllRowsWhenTheyCallAFunction) {
    auto toc = two_tables();
    toc.push_back(entry(5, "FUNCTION", "public f(integer) owner"));
    toc.push_back(entry(16, "INDEX", "public big_f owner", {1, 5}));
    auto const objects = plan(toc, manifest_of({{"big", kBig}, {"small", 1}}));
    ASSERT_THAT(ids(objects), ElementsAre(11, 12, 13, 15, 16));
    EXPECT_FALSE(objects.at(1).all_rows);
    EXPECT_TRUE(objects.at(4).all_rows);
}

TEST(EarlyObjects, LeaveOutPartitionsAndTablesThatInherit) {
    std::vector<TocEntry> const toc{entry(1, "TABLE", "public parent owner"),
                                    entry(2, "TABLE", "public child owner", {1}),
                                    entry(3, "TABLE", "public part owner"),
                                    entry(4, "TABLE ATTACH", "public part owner", {3, 9}),
                                    entry(11, "INDEX", "public parent_i owner", {1}),
                                    entry(12, "INDEX", "public child_i owner", {2}),
                                    entry(13, "INDEX", "public part_i owner", {3})};
    EXPECT_THAT(plan(toc, manifest_of({{"parent", kBig}, {"child", kBig}, {"part", kBig}})),
                IsEmpty());
}

TEST(EarlyObjects, LeaveOutWhatNeedsAnObjectThatComesLater) {
    std::vector<TocEntry> const toc{entry(1, "TABLE", "public big owner"),
                                    entry(2, "MATERIALIZED VIEW", "public view owner", {1}),
                                    entry(11, "INDEX", "public view_i owner", {2}),
                                    entry(12, "INDEX", "public big_i owner", {1, 11})};
    EXPECT_THAT(plan(toc, manifest_of({{"big", kBig}})), IsEmpty());
}

TEST(EarlyObjects, LeaveOutTablesWhoseNamesAreInDoubt) {
    Manifest manifest = manifest_of({{"a b", kBig}});
    TableEntry other = manifest.tables.front();
    other.number = 2;
    other.schema = "public a";
    other.name = "b";
    manifest.tables.push_back(other);
    std::vector<TocEntry> const toc{entry(1, "TABLE", "public a b owner"),
                                    entry(11, "INDEX", "public i owner", {1})};
    EXPECT_THAT(plan(toc, manifest), IsEmpty());
}
