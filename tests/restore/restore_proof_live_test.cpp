// The proof notices: a difference planted in staging stops the restore, names the place, and leaves
// nothing.

#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class RestoreProof : public RestoreLive {
protected:
    // The archive of a small database with one of everything that the proof looks at.
    std::string small_archive() {
        std::string const database = create_database();
        run_sql(database,
                "CREATE TABLE users (id bigserial PRIMARY KEY, name text); "
                "INSERT INTO users (name) SELECT 'user ' || i FROM generate_series(1, 100) i; "
                "CREATE INDEX users_name ON users (name); CREATE SEQUENCE counter; "
                "SELECT setval('counter', 5); CREATE TABLE other AS SELECT 1 AS i; "
                "SELECT lo_from_bytea(80001, '\\x010203'); "
                "COMMENT ON LARGE OBJECT 80001 IS 'a picture'; "
                "GRANT SELECT ON LARGE OBJECT 80001 TO PUBLIC");
        return back_up(database);
    }

    // Plants `sql` before the proof and returns what the restore says of it.
    std::string complaint_about(std::string const &sql,
                                RestoreCheck check = RestoreCheck::content) {
        RestoreOptions planted = options(new_name());
        planted.check = check;
        Error const error = error_of([&] {
            (void)restore(small_archive(), planted, sql_after(RestoreStep::post_data, sql));
        });
        EXPECT_EQ(error.kind(), ErrorKind::differs) << error.what();
        EXPECT_FALSE(exists(planted.target));
        EXPECT_THAT(staging_left(), IsEmpty());
        EXPECT_EQ(backends_left(), "0");
        return error.what();
    }
};

} // namespace

TEST_F(RestoreProof, NoticesAChangedRow) {
    EXPECT_THAT(complaint_about("UPDATE users SET name = 'User 7' WHERE id = 7"),
                AllOf(HasSubstr("table public.users: the archive has 100 rows"),
                      HasSubstr("the restored database 100 rows")));
}

TEST_F(RestoreProof, NoticesTwoValuesThatChangedPlaces) {
    EXPECT_THAT(complaint_about("UPDATE users SET name = 'user ' || 15 - id WHERE id IN (7, 8)"),
                HasSubstr("table public.users"));
}

TEST_F(RestoreProof, NoticesALostRow) {
    EXPECT_THAT(complaint_about("DELETE FROM users WHERE id = 100"),
                HasSubstr("the restored database 99 rows"));
}

TEST_F(RestoreProof, NoticesALostRowAlsoByCountsAlone) {
    EXPECT_THAT(
        complaint_about("DELETE FROM users WHERE id = 100", RestoreCheck::counts),
        HasSubstr("table public.users: the archive has 100 rows, the restored database 99 rows"));
}

TEST_F(RestoreProof, NoticesADoubledRow) {
    EXPECT_THAT(complaint_about("INSERT INTO other SELECT * FROM other"),
                HasSubstr("the restored database 2 rows"));
}

TEST_F(RestoreProof, NoticesAMissingTable) {
    EXPECT_THAT(complaint_about("DROP TABLE other"),
                HasSubstr("table public.other: the archive has 1 row"));
}

TEST_F(RestoreProof, NoticesASequenceThatLags) {
    EXPECT_THAT(complaint_about("SELECT setval('counter', 4)"),
                HasSubstr("sequence public.counter: the archive has 5, the restored database 4"));
}

TEST_F(RestoreProof, NoticesAMissingSequence) {
    EXPECT_THAT(complaint_about("DROP SEQUENCE counter"), HasSubstr("sequence public.counter"));
}

TEST_F(RestoreProof, NoticesAChangedLargeObject) {
    EXPECT_THAT(complaint_about("SELECT lo_put(80001, 1, '\\xff')"),
                HasSubstr("content of large objects"));
}

TEST_F(RestoreProof, NoticesALargeObjectTooMany) {
    EXPECT_THAT(complaint_about("SELECT lo_create(80002)"), HasSubstr("large objects"));
}

TEST_F(RestoreProof, NoticesAnotherOwnerOfALargeObject) {
    EXPECT_THAT(
        complaint_about("ALTER LARGE OBJECT 80001 OWNER TO pg_monitor"),
        AllOf(HasSubstr("owners, rights and remarks of large objects: the archive has `ALTER "
                        "LARGE OBJECT 80001 OWNER TO "),
              HasSubstr("the restored database `ALTER LARGE OBJECT 80001 OWNER TO "
                        "\"pg_monitor\";`")));
}

TEST_F(RestoreProof, NoticesARightOnALargeObjectTooMany) {
    EXPECT_THAT(complaint_about("GRANT UPDATE ON LARGE OBJECT 80001 TO pg_monitor"),
                HasSubstr("the archive has nothing else, the restored database `GRANT UPDATE ON "
                          "LARGE OBJECT 80001 TO \"pg_monitor\";`"));
}

TEST_F(RestoreProof, NoticesALostRightOnALargeObject) {
    EXPECT_THAT(complaint_about("REVOKE ALL ON LARGE OBJECT 80001 FROM PUBLIC"),
                HasSubstr("the archive has `GRANT SELECT ON LARGE OBJECT 80001 TO PUBLIC;`"));
}

TEST_F(RestoreProof, NoticesAChangedCommentOnALargeObject) {
    EXPECT_THAT(complaint_about("COMMENT ON LARGE OBJECT 80001 IS 'another'"),
                AllOf(HasSubstr("IS 'a picture';`"), HasSubstr("IS 'another';`")));
}

TEST_F(RestoreProof, NoticesAMissingIndex) {
    EXPECT_THAT(complaint_about("DROP INDEX users_name"),
                HasSubstr("objects of kind INDEX: the archive has 1, the restored database 0"));
}

TEST_F(RestoreProof, NoticesAnInvalidIndex) {
    EXPECT_THAT(
        complaint_about(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_name'::regclass"),
        HasSubstr("index public.users_name is invalid"));
}

TEST_F(RestoreProof, ShowsTheFirstTenDifferences) {
    std::string const database = create_database();
    run_sql(database, "SELECT format('CREATE TABLE t%s AS SELECT 1 AS i', i) FROM "
                      "generate_series(10, 24) i \\gexec");
    std::string const archive = back_up(database);
    Error const error = error_of([&] {
        (void)restore(archive, options(new_name()),
                      sql_after(RestoreStep::post_data, "SELECT format('DELETE FROM t%s', i) FROM "
                                                        "generate_series(10, 24) i \\gexec"));
    });
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("table public.t10"), HasSubstr("table public.t19"),
                      testing::Not(HasSubstr("table public.t20")), HasSubstr("and 5 more")));
}
