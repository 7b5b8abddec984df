// Databases that were kept, and the way back to them.

#include "restore/swap_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

using namespace pgkeep;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

namespace {

class KeptLive : public SwapLive {
protected:
    static SwapResult replace(Sessions const &sessions, std::string const &name, bool keep = true) {
        Target const before = target(sessions, name);
        auto const staging = stage(sessions, before);
        return staging->replace(before, old_name(name), keep);
    }
    [[nodiscard]] static std::vector<KeptDatabase> kept(std::string const &name) {
        Connection connection = sessions().maintenance("test");
        return list_kept(connection, name);
    }
    // Later, so that names differ.
    [[nodiscard]] static Time later(int minutes) { return now() + std::chrono::minutes{minutes}; }
};

} // namespace

TEST_F(KeptLive, AreListedWithWhatTheirMarkSays) {
    std::string const name = live_database();
    EXPECT_THAT(kept(name), IsEmpty());
    run_sql("postgres", "COMMENT ON DATABASE " + name + " IS 'mine'");
    (void)replace(sessions(), name, false);
    auto const list = kept(name);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].name, old_name(name));
    EXPECT_EQ(list[0].target, name);
    EXPECT_EQ(list[0].since, now());
    EXPECT_FALSE(list[0].on_purpose);
    EXPECT_EQ(list[0].comment, "mine");
    EXPECT_EQ(list[0].owner, "postgres");
    auto const all = kept("");
    EXPECT_TRUE(std::ranges::any_of(
        all, [&](KeptDatabase const &database) { return database.oid == list[0].oid; }));
}

TEST_F(KeptLive, AreNoLongerListedWhenSomebodyRenamedThemOrTookTheMarkAway) {
    std::string const name = live_database();
    SwapResult const result = replace(sessions(), name);
    run_sql("postgres", "ALTER DATABASE " + result.old_name + " RENAME TO " + name + "_mine");
    EXPECT_THAT(kept(name), IsEmpty());
    run_sql("postgres", "ALTER DATABASE " + name + "_mine RENAME TO " + result.old_name);
    EXPECT_EQ(kept(name).size(), 1U);
    run_sql("postgres", "COMMENT ON DATABASE " + result.old_name + " IS NULL");
    EXPECT_THAT(kept(name), IsEmpty());
}

// Two runs, or a person, and the name of a staging database.
TEST_F(KeptLive, AStagingDatabaseThatSomebodyElseMadeMeanwhileIsNotDropped) {
    Sessions const all = sessions();
    Staging staging{all, "taken", now(), std::stop_token{}};
    run_sql("postgres", "CREATE DATABASE \"" + staging.name() + "\"");
    EXPECT_THROW(staging.create({}), PgError);
    EXPECT_EQ(staging.drop(), "");
    EXPECT_TRUE(oid(staging.name()));
    run_sql("postgres", "DROP DATABASE IF EXISTS \"" + staging.name() + "\"");
}

// The names of their staging databases are cut, and would be the same.
TEST_F(KeptLive, TwoRestoresWhoseLongNamesBeginAlikeDoNotWaitForEachOther) {
    std::string const beginning(60, 'x');
    Sessions const all = sessions();
    Staging const one{all, beginning + "_1", now(), std::stop_token{}};
    Staging const other{all, beginning + "_2", now(), std::stop_token{}};
    EXPECT_EQ(one.name(), staging_name(beginning + "_1", now()));
    EXPECT_EQ(other.name(), staging_name(beginning + "_2", now() + std::chrono::seconds{1}));
    EXPECT_EQ(staging_name(beginning + "_2", now()), one.name());
}

TEST_F(KeptLive, GetNameAndCommentBack) {
    std::string const name = live_database();
    run_sql("postgres", "COMMENT ON DATABASE " + name + " IS 'it''s\nmine'");
    Sessions const all = sessions(name);
    auto const old_oid = oid(name);
    (void)replace(all, name);
    run_sql("postgres", "COMMENT ON DATABASE " + name + " IS NULL");
    SwapResult const result = swap_back(all, kept(name).at(0), target(all, name), later(1));
    EXPECT_EQ(oid(name), old_oid);
    EXPECT_EQ(content(name), "old");
    EXPECT_EQ(comment(name), "it's\nmine");
    EXPECT_EQ(result.old_name, old_name_for(name, later(1)));
    EXPECT_EQ(content(result.old_name), "new");
    ASSERT_EQ(kept(name).size(), 1U);
    EXPECT_TRUE(kept(name)[0].on_purpose);
    EXPECT_EQ(kept(name)[0].comment, std::nullopt);
}

TEST_F(KeptLive, AreSwappedBackTwiceToWhereTheyWere) {
    std::string const name = live_database();
    run_sql("postgres", "COMMENT ON DATABASE " + name + " IS 'mine'");
    Sessions const all = sessions(name);
    (void)replace(all, name);
    run_sql("postgres", "COMMENT ON DATABASE " + name + " IS 'the new one'");
    auto const oid_before = oid(name);
    KeptDatabase const kept_before = kept(name).at(0);
    (void)swap_back(all, kept_before, target(all, name), later(1));
    (void)swap_back(all, kept(name).at(0), target(all, name), later(2));
    EXPECT_EQ(oid(name), oid_before);
    EXPECT_EQ(content(name), "new");
    EXPECT_EQ(comment(name), "the new one");
    ASSERT_EQ(kept(name).size(), 1U);
    EXPECT_EQ(kept(name)[0].oid, kept_before.oid);
    EXPECT_EQ(kept(name)[0].comment, kept_before.comment);
}

TEST_F(KeptLive, AreJustRenamedWhenTheNameIsFree) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    (void)replace(all, name);
    run_sql("postgres", "DROP DATABASE " + name);
    SwapResult const result =
        swap_back(all, kept(name).at(0), find_target(all, name, {}), later(1));
    EXPECT_EQ(content(name), "old");
    EXPECT_EQ(comment(name), std::nullopt);
    EXPECT_EQ(result.old_name, "");
    EXPECT_THAT(kept(name), IsEmpty());
}

TEST_F(KeptLive, StayWhereTheyAreWhenTheFreeNameIsTakenMeanwhile) {
    std::string const name = live_database();
    Sessions const all = sessions(name);
    (void)replace(all, name);
    Error const error =
        error_of([&] { (void)swap_back(all, kept(name).at(0), std::nullopt, later(1)); });
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_THAT(error.what(), HasSubstr("database \"" + name + "\" exists"));
    EXPECT_EQ(content(name), "new");
    EXPECT_EQ(kept(name).size(), 1U);
}

TEST_F(KeptLive, AreMarkedWithoutACommentThatTheMaintenanceDatabaseCannotHold) {
    std::string const name =
        create_database("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    fill(name, "old");
    connect(name).execute("COMMENT ON DATABASE " + name + " IS 'caf\xe9'");
    Sessions const all = sessions(name);
    SwapResult const result = replace(all, name);
    EXPECT_EQ(comment(name), "caf\xe9"); // given from inside
    EXPECT_THAT(result.warnings, ElementsAre(HasSubstr(old_name(name))));
    ASSERT_EQ(kept(name).size(), 1U);
    EXPECT_EQ(kept(name)[0].comment, std::nullopt);
    EXPECT_EQ(content(name), "new");
}
