#include "model/nearest_word.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pgkeep {
namespace {

constexpr std::array<std::string_view, 5> kWords{"jobs", "verify", "verbose", "exclude-table",
                                                 "exclude-table-data"};

TEST(EditDistance, CountsInsertedRemovedChangedAndSwappedLetters) {
    EXPECT_EQ(edit_distance("jobs", "jobs"), 0U);
    EXPECT_EQ(edit_distance("jbs", "jobs"), 1U);
    EXPECT_EQ(edit_distance("joobs", "jobs"), 1U);
    EXPECT_EQ(edit_distance("jabs", "jobs"), 1U);
    EXPECT_EQ(edit_distance("jbos", "jobs"), 1U);
    EXPECT_EQ(edit_distance("", "jobs"), 4U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(NearestWord, FindsAMisspeltWord) {
    EXPECT_EQ(nearest_word("jbos", kWords), "jobs");
    EXPECT_EQ(nearest_word("exclude-tables", kWords), "exclude-table");
    EXPECT_EQ(nearest_word("verifi", kWords), "verify");
}

TEST(NearestWord, PrefersTheOnlyWordThatBeginsSo) {
    EXPECT_EQ(nearest_word("exclude-table-d", kWords), "exclude-table-data");
    EXPECT_EQ(nearest_word("verb", kWords), "verbose");
}

TEST(NearestWord, FindsAWordThatWasCutShort) {
    EXPECT_EQ(nearest_word("exclude", kWords), "exclude-table");
}

TEST(NearestWord, OffersNothingForAWordThatIsFarFromAll) {
    EXPECT_EQ(nearest_word("retention-days", kWords), std::nullopt);
    EXPECT_EQ(nearest_word("", kWords), std::nullopt);
    EXPECT_EQ(nearest_word("q", kWords), std::nullopt);
}

} // namespace
} // namespace pgkeep
