#include "base/units.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;
using namespace std::chrono_literals;

TEST(Units, WritesSizesInPowersOf1024) {
    EXPECT_EQ(format_size(0), "0 B");
    EXPECT_EQ(format_size(1023), "1023 B");
    EXPECT_EQ(format_size(1024), "1.0 KiB");
    EXPECT_EQ(format_size(4300), "4.2 KiB");
    EXPECT_EQ(format_size(1023 * 1024), "1.0 MiB");
    EXPECT_EQ(format_size(700ULL << 20), "700 MiB");
    EXPECT_EQ(format_size(~0ULL), "16 EiB");
}

TEST(Units, GroupsDigitsOfCounts) {
    EXPECT_EQ(format_count(0), "0");
    EXPECT_EQ(format_count(999), "999");
    EXPECT_EQ(format_count(1000), "1,000");
    EXPECT_EQ(format_count(1234567), "1,234,567");
    EXPECT_EQ(format_count(1, "row"), "1 row");
    EXPECT_EQ(format_count(0, "row"), "0 rows");
    EXPECT_EQ(format_count(1000, "table"), "1,000 tables");
}

TEST(Units, WritesDurationsForPeople) {
    EXPECT_EQ(format_duration(800ms), "0.8 s");
    EXPECT_EQ(format_duration(9940ms), "9.9 s");
    EXPECT_EQ(format_duration(9960ms), "10 s");
    EXPECT_EQ(format_duration(42s), "42 s");
    EXPECT_EQ(format_duration(185s), "3 min 05 s");
    EXPECT_EQ(format_duration(2h + 10min), "2 h 10 min");
    EXPECT_EQ(format_duration(76h), "3 d 4 h");
}

TEST(Units, ReadsSizes) {
    EXPECT_EQ(parse_size("512"), 512U);
    EXPECT_EQ(parse_size("512B"), 512U);
    EXPECT_EQ(parse_size("10k"), 10240U);
    EXPECT_EQ(parse_size("10KiB"), 10240U);
    EXPECT_EQ(parse_size("3MB"), 3U << 20);
    EXPECT_EQ(parse_size("2G"), 2ULL << 30);
    EXPECT_EQ(parse_size("1T"), 1ULL << 40);
}

TEST(Units, RefusesWhatIsNoSize) {
    for (char const *text :
         {"", "x", "-1", "1x", "1kk", "1 k", "99999999999999999999", "99999999999T", "1.5G"}) {
        EXPECT_FALSE(parse_size(text)) << text;
    }
}

TEST(Units, ReadsDurations) {
    EXPECT_EQ(parse_duration("90"), 90s);
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("2s"), 2s);
    EXPECT_EQ(parse_duration("5min"), 5min);
    EXPECT_EQ(parse_duration("26h"), 26h);
    EXPECT_EQ(parse_duration("1d12h"), 36h);
    EXPECT_EQ(parse_duration("2w"), 336h);
}

TEST(Units, RefusesWhatIsNoDuration) {
    for (char const *text :
         {"", "h", "1x", "1d12", "-1s", "1 h", "99999999999999999999", "999999999999w"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}
