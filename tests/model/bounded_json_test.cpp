#include "model/bounded_json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace pgkeep {
namespace {

TEST(BoundedJson, ReadsWhatIsSmallAndShallow) {
    auto const value = parse_bounded_json(R"({"a":[1,"[[[[[[[[[[[[[[[[[[[[\"{"]})", 100);
    EXPECT_EQ(value.at("a").at(0), 1);
}

TEST(BoundedJson, RefusesWhatIsNestedDeeply) {
    EXPECT_TRUE(parse_bounded_json(std::string(100'000, '['), 1 << 20).is_discarded());
    std::string const closed = std::string(17, '[') + std::string(17, ']');
    EXPECT_TRUE(parse_bounded_json(closed, 1 << 20).is_discarded());
    EXPECT_FALSE(parse_bounded_json(closed.substr(1, 32), 1 << 20).is_discarded());
}

TEST(BoundedJson, RefusesWhatIsLong) {
    EXPECT_FALSE(parse_bounded_json("[1,2]", 5).is_discarded());
    EXPECT_TRUE(parse_bounded_json("[1,2]", 4).is_discarded());
}

TEST(WholeNumber, IsWhatFits) {
    auto const value = parse_bounded_json("[0,-1,18446744073709551615,-9223372036854775808]", 100);
    EXPECT_EQ(whole_number<std::uint64_t>(value.at(0)), 0U);
    EXPECT_EQ(whole_number<std::int64_t>(value.at(1)), -1);
    EXPECT_EQ(whole_number<std::uint64_t>(value.at(2)), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(whole_number<std::int64_t>(value.at(3)), std::numeric_limits<std::int64_t>::min());
}

TEST(WholeNumber, IsNothingThatWouldBecomeAnotherOne) {
    auto const value = parse_bounded_json(
        R"([-1,4294967296,9223372036854775808,18446744073709551616,1e30,1.5,2.0,"7",true,null])",
        100);
    EXPECT_FALSE(whole_number<std::uint64_t>(value.at(0)));
    EXPECT_FALSE(whole_number<std::uint32_t>(value.at(1)));
    EXPECT_FALSE(whole_number<std::int64_t>(value.at(2)));
    for (std::size_t i = 3; i < value.size(); ++i) {
        EXPECT_FALSE(whole_number<std::uint64_t>(value.at(i))) << value.at(i);
        EXPECT_FALSE(whole_number<std::int64_t>(value.at(i))) << value.at(i);
    }
}

} // namespace
} // namespace pgkeep
