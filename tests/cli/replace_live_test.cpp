// Replacing a database that lives: confirmation, safety snapshot, swap, undo, as an operator does
// it.

#include "program_runner.hpp"

namespace pgkeep {
namespace {

class ReplaceLive : public ProgramsLive {
protected:
    // A database whose archive is in the repository, and which has changed since.
    std::string make_changed_shop() {
        std::string shop = make_shop("changed");
        EXPECT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
        run_sql(shop, "UPDATE goods SET name = 'broken'; CREATE TABLE added ();");
        return shop;
    }

    static std::string broken(std::string const &database) {
        return query_sql(database, "SELECT count(*) FROM goods WHERE name = 'broken'");
    }
    static std::string databases_beside(std::string const &database) {
        return query_sql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" +
                                         database + "\\_\\_%' ORDER BY 1");
    }
    std::vector<std::string> safety_snapshots(std::string const &database) {
        std::vector<std::string> names;
        for (auto const &name : files_below(repository() + "/" + database)) {
            if (name.ends_with(".safety.sql.gz")) {
                names.push_back(name);
            }
        }
        return names;
    }
};

TEST_F(ReplaceLive, ReplacesWithAVerifiedSafetySnapshotAndSaysHowToGoBack) {
    std::string const shop = make_changed_shop();
    ShellResult const result = run("pgkeep-restore -v -y -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(broken(shop), "0");
    EXPECT_EQ(query_sql(shop, "SELECT to_regclass('added') IS NULL"), "t");
    EXPECT_EQ(databases_beside(shop), "");
    ASSERT_EQ(safety_snapshots(shop).size(), 1U);
    EXPECT_NE(result.out.find("safety snapshot of what was there before: "), std::string::npos);
    EXPECT_NE(result.out.find("names swapped in "), std::string::npos);
    EXPECT_NE(result.out.find("--undo"), std::string::npos);
    EXPECT_EQ(run("pgkeep-verify \"$1\"",
                  {repository() + "/" + shop + "/" + safety_snapshots(shop).front()})
                  .exit_code,
              0);
}

TEST_F(ReplaceLive, ChangesNothingWithoutATerminalAndWithoutYes) {
    std::string const shop = make_changed_shop();
    expect_failure("setsid -w pgkeep-restore -d " + shop + " latest </dev/null", 2,
                   "database \"" + shop + "\" exists", "--yes");
    EXPECT_EQ(broken(shop), "1000");
    EXPECT_TRUE(safety_snapshots(shop).empty());
    EXPECT_EQ(databases_beside(shop), "");
}

TEST_F(ReplaceLive, TheDryRunShowsThePlanAndChangesNothing) {
    std::string const shop = make_changed_shop();
    ShellResult const result = run("pgkeep-restore --dry-run -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    for (char const *step : {"take a safety snapshot", "create the staging database",
                             "in one transaction rename it to", "drop \""}) {
        EXPECT_NE(result.out.find(step), std::string::npos) << step << '\n' << result.out;
    }
    EXPECT_EQ(broken(shop), "1000");
    EXPECT_TRUE(safety_snapshots(shop).empty());
}

TEST_F(ReplaceLive, DoesNothingElseWhenTheSafetySnapshotFails) {
    std::string const shop = make_changed_shop();
    expect_failure("archive=$(ls $R/" + shop + "/*.sql.gz); touch $T/file; pgkeep-restore -y -d " +
                       shop + " -r $T/file/no $archive",
                   1, "no safety snapshot of \"" + shop + "\" could be taken",
                   "--no-safety-snapshot");
    EXPECT_EQ(broken(shop), "1000");
    EXPECT_EQ(databases_beside(shop), "");
}

TEST_F(ReplaceLive, UndoRestoresTheSafetySnapshotAndUndoAgainTakesThatBack) {
    std::string const shop = make_changed_shop();
    ASSERT_EQ(run("pgkeep-restore -y -d \"$1\" latest", {shop}).exit_code, 0);
    run("sleep 1.1"); // stamps have seconds
    ShellResult const undo = run("pgkeep-restore --undo -y -d \"$1\"", {shop});
    EXPECT_EQ(undo.exit_code, 0) << undo.err;
    EXPECT_EQ(broken(shop), "1000");
    EXPECT_EQ(query_sql(shop, "SELECT to_regclass('added') IS NULL"), "f");
    run("sleep 1.1");
    ShellResult const redo = run("pgkeep-restore --undo -y -d \"$1\"", {shop});
    EXPECT_EQ(redo.exit_code, 0) << redo.err;
    EXPECT_EQ(broken(shop), "0");
}

TEST_F(ReplaceLive, KeepsTheOldDatabaseOnDemandAndUndoSwapsBackToIt) {
    std::string const shop = make_changed_shop();
    run_sql(shop, "COMMENT ON DATABASE \"" + shop + "\" IS 'the original'");
    ASSERT_EQ(run("pgkeep-restore -y --keep-old -d \"$1\" latest", {shop}).exit_code, 0);
    EXPECT_NE(databases_beside(shop).find(shop + "__before_"), std::string::npos);
    EXPECT_EQ(broken(shop), "0");
    run_sql(shop, "CREATE TABLE written_after_the_restore ()");
    ShellResult const undo = run("pgkeep-restore -v --undo -y -d \"$1\"", {shop});
    EXPECT_EQ(undo.exit_code, 0) << undo.err;
    EXPECT_EQ(broken(shop), "1000");
    EXPECT_EQ(query_sql(shop, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE "
                              "datname = current_database()"),
              "the original");
    ASSERT_EQ(run("pgkeep-restore --undo -y -d \"$1\"", {shop}).exit_code, 0);
    EXPECT_EQ(query_sql(shop, "SELECT to_regclass('written_after_the_restore') IS NULL"), "f");
}

TEST_F(ReplaceLive, UndoWithoutAnythingToGoBackToSaysSo) {
    std::string const shop = make_changed_shop();
    expect_failure("pgkeep-restore --undo -y -d " + shop, 1, "there is nothing to put back",
                   "--list");
    EXPECT_EQ(broken(shop), "1000");
}

TEST_F(ReplaceLive, OwnerRightsSettingsLimitAndCommentOfTheTargetSurvive) {
    std::string const shop = make_changed_shop();
    run_sql("postgres", "CREATE ROLE owner_of_" + shop + " LOGIN; CREATE ROLE reader_of_" + shop +
                            "; ALTER DATABASE " + shop + " OWNER TO owner_of_" + shop +
                            "; REVOKE CONNECT ON DATABASE " + shop +
                            " FROM PUBLIC; GRANT CONNECT ON DATABASE " + shop + " TO reader_of_" +
                            shop + "; ALTER DATABASE " + shop +
                            " CONNECTION LIMIT 77; "
                            "ALTER DATABASE " +
                            shop +
                            " SET work_mem = '5MB'; "
                            "ALTER ROLE reader_of_" +
                            shop + " IN DATABASE " + shop +
                            " SET statement_timeout = '9s'; COMMENT ON DATABASE " + shop +
                            " IS 'since the archive'");
    std::string const state =
        "SELECT pg_get_userbyid(datdba), datacl, datconnlimit, shobj_description(oid, "
        "'pg_database'), encoding, datcollate, datlocprovider, dattablespace, (SELECT "
        "string_agg(setrole::regrole || setconfig::text, ' ' ORDER BY setrole) FROM "
        "pg_db_role_setting WHERE setdatabase = pg_database.oid) FROM pg_database WHERE datname = "
        "'" +
        shop + "'";
    std::string const before = query_sql("postgres", state);
    ASSERT_EQ(run("pgkeep-restore -y -d \"$1\" latest", {shop}).exit_code, 0);
    EXPECT_EQ(query_sql("postgres", state), before);
}

TEST_F(ReplaceLive, ReportsAllObstaclesOfTheTargetTogetherBeforeAnything) {
    std::string const shop = make_changed_shop();
    run_sql(shop, "BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION 'left of " + shop + "'");
    run_sql(shop, "CREATE SUBSCRIPTION sub_" + shop +
                      " CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)");
    ShellResult const result = run("pgkeep-restore -y -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.find("left of " + shop), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("sub_" + shop), std::string::npos) << result.err;
    EXPECT_TRUE(safety_snapshots(shop).empty());
    run_sql(shop, "ROLLBACK PREPARED 'left of " + shop + "'");
    run_sql(shop, "ALTER SUBSCRIPTION sub_" + shop + " SET (slot_name = NONE)");
    run_sql(shop, "DROP SUBSCRIPTION sub_" + shop);
}

TEST_F(ReplaceLive, TheDatabaseThatMaintenanceUsesCanBeReplacedToo) {
    std::string const shop = make_shop("content");
    ASSERT_EQ(run("pgkeep-backup \"$1\"", {shop}).exit_code, 0);
    ShellResult const result =
        run("pgkeep-restore -y --keep-old --from-database=\"$1\" -d postgres latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(query_sql("postgres", "SELECT count(*) FROM goods"), "1000");
    ASSERT_EQ(run("pgkeep-restore --undo -y -d postgres").exit_code, 0);
    EXPECT_EQ(query_sql("postgres", "SELECT to_regclass('goods') IS NULL"), "t");
}

TEST_F(ReplaceLive, InPlaceNeedsNoRightToCreateDatabases) {
    std::string const shop = make_changed_shop();
    run_sql("postgres", "CREATE ROLE tenant_of_" + shop + " LOGIN; ALTER DATABASE " + shop +
                            " OWNER TO tenant_of_" + shop);
    run_sql(shop,
            "ALTER TABLE goods OWNER TO tenant_of_" + shop +
                "; ALTER TABLE added OWNER TO "
                "tenant_of_" +
                shop + "; ALTER TABLE empty OWNER TO tenant_of_" + shop +
                "; ALTER SEQUENCE numbers OWNER TO tenant_of_" + shop +
                "; DO $$ DECLARE o oid; BEGIN FOR o IN SELECT oid FROM pg_largeobject_metadata "
                "LOOP EXECUTE format('ALTER LARGE OBJECT %s OWNER TO tenant_of_" +
                shop + "', o); END LOOP; END $$");
    ShellResult const result = run("pgkeep-restore -y --in-place --no-owner --no-privileges -U "
                                   "tenant_of_$1 -d \"$1\" latest",
                                   {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(broken(shop), "0");
    EXPECT_EQ(query_sql(shop, "SELECT to_regclass('added') IS NULL"), "t");
    EXPECT_EQ(safety_snapshots(shop).size(), 1U);
    run("sleep 1.1");
    ShellResult const undo = run(
        "pgkeep-restore -y --undo --in-place --no-owner --no-privileges -U tenant_of_$1 -d \"$1\"",
        {shop});
    EXPECT_EQ(undo.exit_code, 0) << undo.err;
    EXPECT_EQ(broken(shop), "1000");
}

TEST_F(ReplaceLive, OneTableComesBackIntoTheExistingDatabase) {
    std::string const shop = make_changed_shop();
    run_sql(shop, "DROP TABLE goods");
    ShellResult const result = run("pgkeep-restore -y -t goods -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(broken(shop), "0");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM goods"), "1000");
    EXPECT_EQ(query_sql(shop, "SELECT to_regclass('added') IS NULL"), "f");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM pg_index WHERE indrelid = 'goods'::regclass"),
              "1");
}

TEST_F(ReplaceLive, ATableThatIsThereIsNeverTouchedWithoutBeingTold) {
    std::string const shop = make_changed_shop();
    expect_failure("pgkeep-restore -y -t goods -d " + shop + " latest", 1, "goods", "--data-only");
    expect_failure("pgkeep-restore -y -t goods --data-only -d " + shop + " latest", 1, "goods",
                   "--existing-rows");
    EXPECT_EQ(broken(shop), "1000");
    ShellResult const result = run(
        "pgkeep-restore -y -t goods --data-only --existing-rows=replace -d \"$1\" latest", {shop});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(broken(shop), "0");
}

TEST_F(ReplaceLive, PartsGoIntoANewDatabaseWithWhatTheyNeed) {
    std::string const shop = make_changed_shop();
    ASSERT_EQ(run("pgkeep-restore --into=\"$1\"_part -d \"$1\" -t goods latest", {shop}).exit_code,
              0);
    EXPECT_EQ(query_sql(shop + "_part", "SELECT count(*) FROM goods"), "1000");
    EXPECT_EQ(query_sql(shop + "_part", "SELECT to_regclass('empty') IS NULL"), "t");
    ASSERT_EQ(
        run("pgkeep-restore --into=\"$1\"_bare -d \"$1\" --schema-only latest", {shop}).exit_code,
        0);
    EXPECT_EQ(query_sql(shop + "_bare", "SELECT count(*) FROM goods"), "0");
}

TEST_F(ReplaceLive, StdoutPrintsTheScriptOfAPart) {
    std::string const shop = make_changed_shop();
    std::string const copy = create_database("printed");
    ShellResult const result =
        run("pgkeep-restore --stdout -t goods -d \"$1\" latest | psql -Xq -v ON_ERROR_STOP=1 -d "
            "\"$2\"",
            {shop, copy});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(query_sql(copy, "SELECT count(*), count(DISTINCT name) FROM goods"), "1000|1000");
}

TEST_F(ReplaceLive, AScriptOfPgDumpReplacesTooAndIsRefusedWhenCut) {
    std::string const shop = make_changed_shop();
    ASSERT_EQ(run("pg_dump \"$1\" > $T/other.sql; gzip -k $T/other.sql; pg_dump -Fc -f "
                  "$T/other.dump \"$1\"; head -c 2000 $T/other.sql > $T/cut.sql",
                  {shop})
                  .exit_code,
              0);
    run_sql(shop, "UPDATE goods SET name = 'newer'");
    expect_failure("pgkeep-restore -y -d " + shop + " $T/cut.sql", 4, "cut.sql", "");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM goods WHERE name = 'newer'"), "1000");
    for (char const *file : {"other.sql", "other.sql.gz", "other.dump"}) {
        run_sql(shop, "UPDATE goods SET name = 'newer'");
        ShellResult const result =
            run("pgkeep-restore -y --no-safety-snapshot -d \"$1\" $T/" + std::string{file}, {shop});
        EXPECT_EQ(result.exit_code, 0) << file << ": " << result.err;
        EXPECT_EQ(broken(shop), "1000") << file;
    }
}

TEST_F(ReplaceLive, OfTwoRestoresOfOneTargetTheSecondIsToldWhoRuns) {
    std::string const shop = make_changed_shop();
    ShellResult const result = run(
        "pgkeep-restore -y -d \"$1\" latest & first=$!; "
        "for i in $(seq 200); do [ \"$(psql -XAtqd postgres -c \"SELECT count(*) FROM "
        "pg_stat_activity WHERE application_name = 'pgkeep staging'\")\" = 1 ] && break; sleep "
        "0.01; done; kill -STOP $first; pgkeep-restore -y -d \"$1\" latest; code=$?; kill -CONT "
        "$first; wait $first || exit 99; exit $code",
        {shop});
    EXPECT_EQ(result.exit_code, 5) << result.err;
    EXPECT_EQ(broken(shop), "0");
}

} // namespace
} // namespace pgkeep
