// pgkeep-backup --verify=drill: what does not restore is not published.

#include "program_runner.hpp"
#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

using BackupDrillLive = ProgramsLive;

TEST_F(BackupDrillLive, PublishesWhatRestoresAndCountsItAsDrilled) {
    std::string const shop = make_shop("drilled");
    ShellResult const result = run("pgkeep-backup --verify=drill --json \"$1\"", {shop});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(nlohmann::json::parse(result.out).at("databases")[0].at("verified"), "drill");
    auto const status = nlohmann::json::parse(run("pgkeep-verify --status --json").out);
    EXPECT_FALSE(status.at("databases")[0].at("newest_drilled").is_null());
}

// A check of one table that reads another by its bare name works for the owner, and not in a
// restore, which has an empty search_path.
TEST_F(BackupDrillLive, PublishesNothingThatDoesNotRestore) {
    std::string const shop = make_shop("undrilled");
    run_sql(shop,
            "CREATE FUNCTION known(int) RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM "
            "goods WHERE id = $1)'; CREATE TABLE sold (id int CHECK (known(id))); INSERT INTO sold "
            "VALUES (1)");
    expect_failure("pgkeep-backup --verify=drill " + shop, 4, "does not pass its drill",
                   "Nothing was published");
    expect_nothing_left();
    EXPECT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
}

TEST_F(BackupDrillLive, PublishesAndAsksForAttentionWhereNoDrillCanBeTried) {
    std::string const shop = make_shop("untried");
    ShellResult const result = run(
        "mkdir $T/bin; for p in pg_dump pg_restore; do ln -s \"$(pg_config --bindir)/$p\" $T/bin; "
        "done; pgkeep-backup --bindir=$T/bin --verify=drill \"$1\"",
        {shop});
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_THAT(result.err, HasSubstr("there was no drill"));
    EXPECT_THAT(result.err, HasSubstr("HINT: "));
    EXPECT_EQ(files_below(repository()).size(), 2U); // the archive and its evidence
}

} // namespace
} // namespace pgkeep
