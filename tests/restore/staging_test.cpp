#include "model/sql_text.hpp"
#include "restore/staging.hpp"

#include <gtest/gtest.h>

#include <regex>

using namespace pgkeep;

namespace {

Time const kTime = parse_stamp("20260112_120000").value();

} // namespace

TEST(StagingName, IsTheTargetWithTheTime) {
    EXPECT_EQ(staging_name("shop", kTime), "shop__restore_20260112_120000");
}

TEST(StagingName, StaysWithinTheLengthOfAName) {
    std::string const name = staging_name(std::string(63, 'x'), kTime);
    EXPECT_EQ(name, std::string(38, 'x') + "__restore_20260112_120000");
    EXPECT_EQ(name.size(), 63U);
}

TEST(StagingName, NeverCutsACharacterInTwo) {
    std::string const name =
        staging_name(std::string(37, 'x') + "\xc3\xa4" + std::string(20, 'y'), kTime);
    EXPECT_TRUE(is_valid_utf8(name));
    EXPECT_EQ(name, std::string(37, 'x') + "__restore_20260112_120000");
}

TEST(StagingName, IsFoundByItsPattern) {
    EXPECT_TRUE(std::regex_search(staging_name("shop", kTime), std::regex{kStagingNameRegex}));
    EXPECT_FALSE(std::regex_search("shop__restore_20260112", std::regex{kStagingNameRegex}));
}
