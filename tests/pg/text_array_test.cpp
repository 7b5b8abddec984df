#include "base/error.hpp"
#include "pg/text_array.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TextArray, ReadsPlainAndQuotedElements) {
    EXPECT_THAT(parse_text_array("{}"), IsEmpty());
    EXPECT_THAT(parse_text_array("{a}"), ElementsAre("a"));
    EXPECT_THAT(parse_text_array(R"({a,"b c","d,e","{f}",""})"),
                ElementsAre("a", "b c", "d,e", "{f}", ""));
}

TEST(TextArray, TakesAwayBackslashesInQuotes) {
    EXPECT_THAT(parse_text_array(R"({"a\"b","c\\d"})"), ElementsAre("a\"b", "c\\d"));
}

TEST(TextArray, TellsNullFromTheTextNull) {
    EXPECT_THAT(parse_text_array(R"({NULL,"NULL",x})"), ElementsAre("", "NULL", "x"));
}

TEST(TextArray, ReadsAnArrayThatDoesNotBeginAtOne) {
    EXPECT_THAT(parse_text_array("[0:1]={a,b}"), ElementsAre("a", "b"));
}

TEST(TextArray, RefusesWhatIsNoOneDimensionalArray) {
    for (auto const *const text :
         {"", "{", "a", "{a", "{a,}", "{,}", "{{a},{b}}", "{a}b", R"({"a)", R"({"a\)", "[0:1"}) {
        EXPECT_THROW((void)parse_text_array(text), Error) << text;
    }
}

TEST(TextArray, ReadsBackWhatItWrites) {
    std::vector<std::string> const hard{"",    "a b",  "q\"q",        "b\\s",    "c,d",
                                        "{e}", "NULL", "line\nbreak", "\xFF\xFE"};
    EXPECT_EQ(parse_text_array(format_text_array(hard)), hard);
    EXPECT_EQ(format_text_array({}), "{}");
}

TEST(TextArray, WritesOids) {
    EXPECT_EQ(format_oid_array({}), "{}");
    EXPECT_EQ(format_oid_array({1, 4294967295U}), "{1,4294967295}");
}

} // namespace
} // namespace pgkeep
