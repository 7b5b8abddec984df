// What a restore refuses before it creates anything.

#include "restore/restore_fixture.hpp"
#include "support/faults.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class RestoreRefusal : public RestoreLive {
protected:
    Error refusal(std::string const &archive, RestoreOptions const &options) {
        bool created = false;
        RestoreHooks const hooks{[&](RestoreStep step, std::string const &) {
            created |= step == RestoreStep::created;
        }};
        Error error = error_of([&] { (void)restore(archive, options, hooks); });
        EXPECT_FALSE(created);
        EXPECT_THAT(staging_left(), IsEmpty());
        EXPECT_EQ(backends_left(), "0");
        return error;
    }

    std::string archive_of(std::string const &sql) {
        std::string const database = create_database();
        run_sql(database, sql);
        return back_up(database);
    }
};

} // namespace

TEST_F(RestoreRefusal, NeverReplacesADatabaseThatWasNamedWithInto) {
    std::string const target = create_database();
    Error const error = refusal(archive_of("CREATE TABLE t AS SELECT 1 AS i"), options(target));
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_EQ(std::string{error.what()}, "database \"" + target + "\" exists");
    EXPECT_THAT(error.hint(), HasSubstr("--into"));
}

TEST_F(RestoreRefusal, FindsADamagedBlockFirst) {
    std::string const archive =
        archive_of("CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i");
    flip_bit(archive, read_whole_file(archive).size() / 2);
    Error const error = refusal(archive, options(new_name()));
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("is damaged"), HasSubstr("table public.t")));
}

TEST_F(RestoreRefusal, RefusesACutArchive) {
    std::string const archive =
        archive_of("CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
    cut_file(archive, read_whole_file(archive).size() - 1);
    EXPECT_EQ(refusal(archive, options(new_name())).kind(), ErrorKind::damaged);
}

TEST_F(RestoreRefusal, ListsAllProblemsAtOnce) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE ROLE lost_a; CREATE ROLE \"lost b\"; CREATE TABLE t (i int); "
        "ALTER TABLE t OWNER TO lost_a; CREATE TABLE u (i int); GRANT SELECT ON u TO \"lost b\"; "
        "CREATE ROLE weak LOGIN");
    std::string const archive = back_up(database);
    run_sql(database, "DROP OWNED BY lost_a, \"lost b\"; DROP ROLE lost_a, \"lost b\"");
    RestoreOptions weak = options(database);
    weak.connection.keywords["user"] = "weak";
    Error const error = refusal(archive, weak);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("database \"" + database + "\" exists"),
                                    HasSubstr("role \"weak\" may not create databases"),
                                    HasSubstr("role \"lost_a\" does not exist: create it"),
                                    HasSubstr("role \"lost b\" does not exist")));
    EXPECT_THAT(error.hint(), HasSubstr("ALTER ROLE \"weak\" CREATEDB;"));
}

TEST_F(RestoreRefusal, NamesAMissingTablespace) {
    std::string const folder = scratch_server().folder() + "/space";
    ASSERT_EQ(run_shell("mkdir \"$1\" && chown --reference=\"$2\" \"$1\"",
                        {folder, scratch_server().folder() + "/data"})
                  .exit_code,
              0);
    run_sql("postgres", "CREATE TABLESPACE \"fa st\" LOCATION '" + folder + "'");
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t (i int) TABLESPACE \"fa st\"");
    std::string const archive = back_up(database);
    run_sql("postgres", "DROP DATABASE " + database);
    run_sql("postgres", "DROP TABLESPACE \"fa st\"");
    EXPECT_THAT(refusal(archive, options(new_name())).what(),
                HasSubstr("tablespace \"fa st\" does not exist"));
    RestoreOptions without = options(new_name());
    without.no_tablespaces = true;
    EXPECT_TRUE(restore(archive, without).proven);
}

TEST_F(RestoreRefusal, ReportsAServerThatIsNotThere) {
    RestoreOptions nowhere = options(new_name());
    nowhere.connection.keywords["port"] = "1";
    EXPECT_EQ(error_of([&] { (void)restore(archive_of("SELECT 1"), nowhere); }).kind(),
              ErrorKind::connection);
}

TEST_F(RestoreRefusal, WarnsOfWhatADeadRunLeft) {
    std::string const left = "gone__restore_20200101_000000";
    run_sql("postgres", "CREATE DATABASE " + left);
    run_sql("postgres",
            "COMMENT ON DATABASE " + left + " IS 'pgkeep: staging database of a restore'");
    RestoreOptions dry = options(new_name());
    dry.dry_run = true;
    RestoreReport const report = restore(archive_of("SELECT 1"), dry);
    run_sql("postgres", "DROP DATABASE " + left);
    ASSERT_EQ(report.warnings.size(), 1U);
    EXPECT_THAT(report.warnings[0], HasSubstr("DROP DATABASE \"" + left + "\";"));
}

TEST_F(RestoreRefusal, DoesNotWarnOfARunThatLives) {
    std::string const archive = archive_of("SELECT 1");
    RestoreOptions dry = options(new_name());
    dry.dry_run = true;
    std::vector<std::string> warnings{"not looked"};
    RestoreHooks const hooks{[&](RestoreStep step, std::string const &) {
        if (step == RestoreStep::created) {
            warnings = restore(archive, dry).warnings;
        }
    }};
    (void)restore(archive, options(new_name()), hooks);
    EXPECT_THAT(warnings, IsEmpty());
}
