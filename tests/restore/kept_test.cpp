#include "model/sql_text.hpp"
#include "restore/kept.hpp"
#include "restore/staging.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

namespace {

Time const kTime = parse_stamp("20260112_120000").value();

void expect_round_trip(KeptMark const &mark) {
    EXPECT_EQ(parse_kept_mark(format_kept_mark(mark)), mark) << format_kept_mark(mark);
}

} // namespace

TEST(KeptMark, SaysWhatTheDatabaseWas) {
    EXPECT_EQ(format_kept_mark({"app", kTime, true, std::nullopt}),
              "pgkeep: kept database \"app\" at 2026-01-12T12:00:00Z");
    EXPECT_EQ(format_kept_mark({"app", kTime, false, "the shop"}),
              "pgkeep: replaced database \"app\" at 2026-01-12T12:00:00Z\nthe shop");
}

TEST(KeptMark, IsReadBackAsItWasWritten) {
    expect_round_trip({"app", kTime, true, std::nullopt});
    expect_round_trip({"app", kTime, false, "line 1\nline 2\n"});
    expect_round_trip({"a\"b\" at 2020\nc", kTime, true, "\n"});
    expect_round_trip({"app", kTime, false, format_kept_mark({"app", kTime, true, "nested"})});
    expect_round_trip({"\xe4\xff", kTime, true, "\xfe"});
}

TEST(KeptMark, IsNotSeenInOtherComments) {
    for (char const *text :
         {"", "pgkeep: staging database of a restore", "pgkeep: kept database app at",
          "pgkeep: kept database \"app at 2026-01-12T12:00:00Z",
          "pgkeep: kept database \"app\" at 2026-01-12", "pgkeep: kept database \"app\" at ",
          "pgkeep: kept database \"app\"", " pgkeep: kept database \"a\" at 2026-01-12T12:00:00Z",
          "pgkeep: kept database \"a\" at 2026-01-12T12:00:00Z and more"}) {
        EXPECT_FALSE(parse_kept_mark(text)) << text;
    }
}

TEST(OldName, IsTheTargetWithTheTime) {
    EXPECT_EQ(old_name_for("shop", kTime), "shop__before_20260112_120000");
}

TEST(OldName, StaysWithinTheLengthOfANameAndCutsNoCharacter) {
    std::string const name =
        old_name_for(std::string(38, 'x') + "\xc3\xa4" + std::string(20, 'y'), kTime);
    EXPECT_EQ(name, std::string(38, 'x') + "__before_20260112_120000");
}

TEST(MakeWay, MarksWithTheTimeOfTheName) {
    Target target;
    target.name = "app";
    target.oid = 7;
    target.properties.comment = "mine";
    Outgoing const outgoing = make_way(target, old_name_for("app", kTime), false);
    EXPECT_EQ(outgoing.oid, 7U);
    EXPECT_EQ(outgoing.mark, format_kept_mark({"app", kTime, false, "mine"}));
    EXPECT_EQ(outgoing.plain_mark, format_kept_mark({"app", kTime, false, std::nullopt}));
}
