#include "pg/sqlstate.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

TEST(SqlState, KnowsTheExactStateBeforeItsClass) {
    EXPECT_EQ(explain_sqlstate("28P01").state, "28P01");
    EXPECT_EQ(explain_sqlstate("28000").state, "28");
    EXPECT_EQ(explain_sqlstate("28000").kind, ErrorKind::authentication);
}

TEST(SqlState, MapsEachFailureToItsKind) {
    EXPECT_EQ(explain_sqlstate("3D000").kind, ErrorKind::not_found);
    EXPECT_EQ(explain_sqlstate("42501").kind, ErrorKind::privilege);
    EXPECT_EQ(explain_sqlstate("53100").kind, ErrorKind::no_space);
    EXPECT_EQ(explain_sqlstate("53300").kind, ErrorKind::connection);
    EXPECT_EQ(explain_sqlstate("42P04").kind, ErrorKind::exists);
    EXPECT_EQ(explain_sqlstate("55P03").kind, ErrorKind::failed);
    EXPECT_EQ(explain_sqlstate("57P01").kind, ErrorKind::connection);
}

TEST(SqlState, TriesAgainOnlyWhatCanPass) {
    for (auto const *const passing : {"57P03", "53300", "57P01", ""}) {
        EXPECT_TRUE(explain_sqlstate(passing).may_pass) << passing;
    }
    for (auto const *const lasting : {"28P01", "28000", "3D000", "42501", "08P01", "53100"}) {
        EXPECT_FALSE(explain_sqlstate(lasting).may_pass) << lasting;
    }
}

TEST(SqlState, HintsAtTheSettingThatHelps) {
    EXPECT_NE(explain_sqlstate("53200").hint.find("max_locks_per_transaction"),
              std::string_view::npos);
    EXPECT_NE(explain_sqlstate("55P03").hint.find("--lock-wait-timeout"), std::string_view::npos);
    EXPECT_NE(explain_sqlstate("40001").hint.find("hot_standby_feedback"), std::string_view::npos);
    EXPECT_NE(explain_sqlstate("42501").hint.find("GRANT SELECT"), std::string_view::npos);
    EXPECT_NE(explain_sqlstate("22023").hint.find("--role"), std::string_view::npos);
}

TEST(SqlState, CallsAnUnknownStateAFailureThatStays) {
    EXPECT_EQ(explain_sqlstate("ZZ123").kind, ErrorKind::failed);
    EXPECT_FALSE(explain_sqlstate("ZZ123").may_pass);
}

} // namespace
} // namespace pgkeep
