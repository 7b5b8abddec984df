// The condition of an extension's configuration table in an archive is text, not SQL to run.

#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class ExtensionCondition : public RestoreLive {
protected:
    // An archive in whose manifest a condition leaves a large object in every other database.
    std::string hostile_archive() {
        std::string const attacker = create_database("attacker");
        run_sql(attacker,
                "CREATE EXTENSION citext; CREATE TABLE t (x int); INSERT INTO t VALUES (1);"
                "UPDATE pg_extension SET extconfig = ARRAY['public.t'::regclass::oid],"
                " extcondition = ARRAY[$$WHERE CASE WHEN current_database() <> '" +
                    attacker +
                    "' THEN lo_create(0)::int8 ELSE 1 END > 0$$] WHERE extname = 'citext'");
        return back_up(attacker);
    }
    static std::string large_objects(std::string const &database) {
        return query_sql(database, "SELECT count(*) FROM pg_largeobject_metadata");
    }
};

TEST_F(ExtensionCondition, IsNotRunWhereRowsAreLoadedIntoATable) {
    std::string const archive = hostile_archive();
    std::string const victim = create_database("victim");
    run_sql(victim, "CREATE EXTENSION citext; CREATE TABLE t (x int)");
    RestoreOptions rows = options(victim);
    rows.existing = ExistingDatabase::in_place;
    rows.part.schema = false;
    rows.repository = folder_.file("repository");
    for (bool const dry_run : {true, false}) {
        rows.dry_run = dry_run;
        Error const error = error_of([&] { (void)restore(archive, rows); });
        EXPECT_THAT(error.what(), HasSubstr("table public.t: no extension selects its rows"));
    }
    EXPECT_EQ(large_objects(victim), "0");
}

TEST_F(ExtensionCondition, IsNotRunInTheProof) {
    std::string const archive = hostile_archive();
    for (auto const check : {RestoreCheck::content, RestoreCheck::counts}) {
        RestoreOptions into = options(new_name());
        into.check = check;
        (void)restore(archive, into);
        EXPECT_EQ(query_sql(into.target, "SELECT x FROM t"), "1");
        EXPECT_EQ(large_objects(into.target), "0");
    }
}

} // namespace
} // namespace pgkeep
