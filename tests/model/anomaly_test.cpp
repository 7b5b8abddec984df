#include "model/anomaly.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

using namespace pgkeep;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

void add_table(Manifest &manifest, std::string const &name, std::uint64_t rows) {
    TableEntry table;
    table.number = static_cast<std::uint32_t>(manifest.tables.size() + 1);
    table.schema = "public";
    table.name = name;
    table.proof.rows = rows;
    manifest.tables.push_back(table);
}

// 1,000 users, 5,000 orders and a small table.
Manifest shop() {
    Manifest manifest;
    manifest.origin.database = "shop";
    add_table(manifest, "users", 1000);
    add_table(manifest, "orders", 5000);
    add_table(manifest, "colours", 99);
    return manifest;
}

std::vector<std::string> anomalies(Manifest const &now, unsigned percent = 50,
                                   std::uint64_t size = kMiB) {
    return find_anomalies({shop(), kMiB}, {now, size}, percent);
}

} // namespace

TEST(Anomaly, FindsNothingInTheSameOrMore) {
    EXPECT_THAT(anomalies(shop()), IsEmpty());
    Manifest more = shop();
    more.tables[0].proof.rows = std::numeric_limits<std::uint32_t>::max();
    add_table(more, "invoices", 0);
    EXPECT_THAT(anomalies(more, 50, 100 * kMiB), IsEmpty());
}

TEST(Anomaly, ReportsATableThatVanished) {
    Manifest now = shop();
    now.tables.erase(now.tables.begin());
    EXPECT_THAT(anomalies(now), ElementsAre("1 table vanished: public.users"));
    now.tables.pop_back();
    EXPECT_THAT(anomalies(now), ElementsAre("2 tables vanished: public.users, public.colours"));
}

TEST(Anomaly, ReportsATableThatFell) {
    Manifest now = shop();
    now.tables[0].proof.rows = 499;
    EXPECT_THAT(anomalies(now), ElementsAre("table public.users fell from 1,000 rows to 499 rows"));
    EXPECT_THAT(anomalies(now, 51), IsEmpty());
}

TEST(Anomaly, AllowsAFallOfExactlyThePercentage) {
    Manifest now = shop();
    now.tables[0].proof.rows = 500;
    EXPECT_THAT(anomalies(now), IsEmpty());
    EXPECT_THAT(anomalies(now, 49),
                ElementsAre("table public.users fell from 1,000 rows to 500 rows"));
}

TEST(Anomaly, LetsSmallTablesComeAndGo) {
    Manifest now = shop();
    now.tables[2].proof.rows = 0;
    EXPECT_THAT(anomalies(now), IsEmpty());
}

TEST(Anomaly, ReportsAFallOfAllTablesTogether) {
    Manifest before;
    Manifest now;
    for (int i = 0; i < 26; ++i) {
        std::string const name(1, static_cast<char>('a' + i));
        add_table(before, name, 99);
        add_table(now, name, 9);
    }
    EXPECT_THAT(find_anomalies({before, 0}, {now, 0}, 50),
                ElementsAre("the whole database fell from 2,574 rows to 234 rows"));
}

TEST(Anomaly, ReportsACollapsedSize) {
    EXPECT_THAT(anomalies(shop(), 50, kMiB / 2), IsEmpty());
    EXPECT_THAT(anomalies(shop(), 50, kMiB / 2 - 1024),
                ElementsAre("the archive's size fell from 1.0 MiB to 511 KiB"));
}

TEST(Anomaly, LetsSmallArchivesShrink) {
    EXPECT_THAT(find_anomalies({shop(), kSmallArchive - 1}, {shop(), 1}, 50), IsEmpty());
}

TEST(Anomaly, ReportsAnEmptyDatabase) {
    EXPECT_THAT(anomalies(Manifest{}, 50, 1024),
                ElementsAre("the database has no tables; the previous archive has 3 tables"));
    Manifest now = shop();
    for (TableEntry &table : now.tables) {
        table.proof.rows = 0;
    }
    EXPECT_THAT(anomalies(now, 50, 1024),
                ElementsAre("every table is empty; the previous archive has 6,099 rows"));
}

TEST(Anomaly, ReportsASmallDatabaseThatWasEmptied) {
    Manifest before;
    add_table(before, "a", 1);
    Manifest now;
    add_table(now, "a", 0);
    EXPECT_THAT(find_anomalies({before, 100}, {now, 100}, 50),
                ElementsAre("every table is empty; the previous archive has 1 row"));
}

TEST(Anomaly, ReportsLargeObjectsThatFell) {
    Manifest before = shop();
    before.large_objects.count = 1000;
    EXPECT_THAT(find_anomalies({before, kMiB}, {shop(), kMiB}, 50),
                ElementsAre("large objects fell from 1,000 to 0"));
}

TEST(Anomaly, IsOffAtZero) {
    EXPECT_THAT(anomalies(Manifest{}, 0, 0), IsEmpty());
}

TEST(Anomaly, TakesAnyPercentage) {
    Manifest now = shop();
    now.tables[0].proof.rows = 1;
    for (unsigned const percent : {100U, 101U, std::numeric_limits<unsigned>::max()}) {
        EXPECT_THAT(anomalies(now, percent, 1), IsEmpty());
    }
}

TEST(Anomaly, KnowsThatPartitionsRotate) {
    Manifest before = shop();
    add_table(before, "events_20261117", 1000);
    add_table(before, "events_20261118", 1000);
    Manifest now = shop();
    add_table(now, "events_20261118", 1000);
    add_table(now, "events_20261119", 1000);
    EXPECT_THAT(find_anomalies({before, kMiB}, {now, kMiB}, 50), IsEmpty());
    now.tables.pop_back();
    EXPECT_THAT(find_anomalies({before, kMiB}, {now, kMiB}, 50),
                ElementsAre("1 table vanished: public.events_20261117"));
}

TEST(Anomaly, KnowsPartitionsUnderTheNameOfTheTableAboveThem) {
    Manifest leaves = shop();
    Manifest root = shop();
    for (std::string const name : {"by_state_even", "by_state_odd"}) {
        add_table(leaves, name, 1000);
        leaves.tables.back().columns = {"state", "id"};
    }
    add_table(root, "by_state", 2000);
    root.tables.back().columns = {"id", "state"};
    root.tables.back().partitioned = true;
    EXPECT_THAT(find_anomalies({leaves, kMiB}, {root, kMiB}, 50), IsEmpty());
    EXPECT_THAT(find_anomalies({root, kMiB}, {leaves, kMiB}, 50), IsEmpty());

    root.tables.back().proof.rows = 999;
    EXPECT_THAT(find_anomalies({leaves, kMiB}, {root, kMiB}, 50),
                ElementsAre("table public.by_state fell from 2,000 rows to 999 rows"));
    root.tables.back().columns = {"id", "other"};
    EXPECT_THAT(find_anomalies({leaves, kMiB}, {root, kMiB}, 50),
                ElementsAre("2 tables vanished: public.by_state_even, public.by_state_odd"));
    root.tables.back().columns = {"id", "state"};
    root.tables.back().partitioned = false; // just another table
    EXPECT_THAT(find_anomalies({leaves, kMiB}, {root, kMiB}, 50),
                ElementsAre("2 tables vanished: public.by_state_even, public.by_state_odd"));
}

TEST(Anomaly, ComparesWithOtherFiltersOnlyWhatBothHave) {
    Manifest now = shop();
    now.origin.filters = {"--exclude-table=orders", "--exclude-table-data=users"};
    now.tables.erase(now.tables.begin() + 1);
    now.tables[0].has_data = false;
    now.tables[0].proof.rows = 0;
    EXPECT_THAT(anomalies(now, 50, 1), IsEmpty());
    now.tables[0].has_data = true;
    EXPECT_THAT(anomalies(now, 50, 1),
                ElementsAre("table public.users fell from 1,000 rows to 0 rows"));
}

TEST(Anomaly, NamesNoMoreThanTenTables) {
    Manifest before;
    Manifest now;
    Manifest fallen;
    add_table(now, "new", 10'000);
    for (int i = 0; i < 12; ++i) {
        std::string const name(1, static_cast<char>('a' + i));
        add_table(before, name, 1000);
        add_table(fallen, name, 1);
    }
    EXPECT_THAT(find_anomalies({before, 0}, {now, 0}, 50),
                ElementsAre("12 tables vanished: public.a, public.b, public.c, public.d, public.e, "
                            "public.f, public.g, public.h, public.i, public.j and 2 more"));
    auto const sentences = find_anomalies({before, 0}, {fallen, 0}, 50);
    ASSERT_EQ(sentences.size(), 12U);
    EXPECT_EQ(sentences[10], "2 tables more fell likewise");
}

TEST(Anomaly, WritesHostileNamesHarmlessly) {
    Manifest before = shop();
    add_table(before, "a\x1b[2J", 5);
    EXPECT_THAT(find_anomalies({before, kMiB}, {shop(), kMiB}, 50),
                ElementsAre("1 table vanished: public.a\\x1B[2J"));
}
