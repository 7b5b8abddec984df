#include "model/bounded_json.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace pgkeep
