// Restoring a part of an archive into an existing database: new tables beside others, and rows
// alone.

#include "restore/in_place_fixture.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;

TEST_F(InPlaceLive, CreatesATableThatIsMissing) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    run_sql(database, "DROP TABLE app.tree");
    RestorePart wanted;
    wanted.tables = {"app.tree"};
    (void)restore_inside(archive, part(database, wanted));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, RefusesATableThatExists) {
    std::string const database = owned_database();
    RestorePart wanted;
    wanted.tables = {"app.tree"};
    Error const error = failure_of(back_up(database), part(database, wanted));
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_STREQ(error.what(), "relation app.tree exists");
    EXPECT_THAT(error.hint(), HasSubstr("--existing-rows=append"));
}

TEST_F(InPlaceLive, CreatesASchemaThatIsMissing) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    run_sql(database, "DROP SCHEMA app CASCADE");
    RestorePart wanted;
    wanted.schemas = {"app"};
    (void)restore_inside(archive, part(database, wanted));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

namespace {

RestorePart only_rows(std::vector<std::string> tables, ExistingRows existing) {
    RestorePart wanted;
    wanted.tables = std::move(tables);
    wanted.schema = false;
    wanted.existing_rows = existing;
    return wanted;
}

} // namespace

TEST_F(InPlaceLive, RefusesRowsForATableThatHasSome) {
    std::string const database = owned_database();
    Error const error = failure_of(back_up(database),
                                   part(database, only_rows({"app.tree"}, ExistingRows::refuse)));
    EXPECT_STREQ(error.what(), "table app.tree has rows");
    EXPECT_THAT(error.hint(), HasSubstr("--existing-rows=replace"));
}

TEST_F(InPlaceLive, RefusesRowsForATableOrColumnThatIsMissing) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    run_sql(database, "DROP TABLE app.tree; ALTER TABLE app.orders RENAME state TO status");
    Error const error =
        failure_of(archive, part(database, only_rows({"app.*"}, ExistingRows::append)));
    EXPECT_THAT(error.what(), AllOf(HasSubstr("table app.tree does not exist"),
                                    HasSubstr("table app.orders has no column state")));
}

TEST_F(InPlaceLive, LoadsRowsThatReferenceEachOtherIntoEmptyTables) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    run_sql(database, "TRUNCATE users, app.orders, app.tree; SELECT setval('users_id_seq', 1)");
    (void)restore_inside(archive,
                         part(database, only_rows({"*.users", "app.*"}, ExistingRows::refuse)));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, ReplacesRows) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    run_sql(database,
            "DELETE FROM app.orders WHERE id < 200; UPDATE app.orders SET state = 'done'");
    (void)restore_inside(archive, part(database, only_rows({"app.orders"}, ExistingRows::replace)));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, ReplacesAllRowsAndLargeObjects) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    run_sql(database, "UPDATE users SET name = 'x' || name; UPDATE app.tree SET parent = 1;"
                      "SELECT lo_put(70001, 0, '\\xffffffffff'); SELECT setval('users_id_seq', 1)");
    (void)restore_inside(archive, part(database, only_rows({}, ExistingRows::replace)));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, LoadsTablesThatReferenceEachOtherInACircle) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE TABLE a (id integer PRIMARY KEY, b integer); CREATE TABLE b (id integer PRIMARY "
        "KEY, a integer REFERENCES a); INSERT INTO a SELECT i, i FROM generate_series(1, 9) i;"
        "INSERT INTO b SELECT i, i FROM generate_series(1, 9) i;"
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b");
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    run_sql(database, "TRUNCATE a, b");
    (void)restore_inside(archive, part(database, only_rows({}, ExistingRows::refuse), ""));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, ChecksForeignKeysOfLoadedRows) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    run_sql(database, "TRUNCATE app.orders; DELETE FROM users WHERE id = 3");
    Error const error =
        failure_of(archive, part(database, only_rows({"app.orders"}, ExistingRows::refuse)));
    EXPECT_THAT(error.what(), HasSubstr("violates foreign key constraint"));
}

TEST_F(InPlaceLive, ReplacesRowsOfPartitionsThatAReferenceLeadsTo) {
    std::string const database = create_database();
    run_sql(database,
            "CREATE TABLE p (id integer PRIMARY KEY) PARTITION BY RANGE (id);"
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
            "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);"
            "CREATE TABLE r (id integer REFERENCES p) PARTITION BY RANGE (id);"
            "CREATE TABLE r1 PARTITION OF r DEFAULT;"
            "INSERT INTO p SELECT generate_series(1, 15); INSERT INTO r VALUES (3), (12)");
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    run_sql(database, "DELETE FROM r; DELETE FROM p WHERE id > 7");
    (void)restore_inside(archive, part(database, only_rows({}, ExistingRows::replace), ""));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, DoesNotReplaceRowsThatOthersReference) {
    std::string const database = owned_database();
    Error const error = failure_of(
        back_up(database), part(database, only_rows({"public.users"}, ExistingRows::replace)));
    EXPECT_THAT(error.what(), HasSubstr("table app.orders references public.users"));
}

TEST_F(InPlaceLive, AppendsRowsAndProvesTheSum) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    run_sql(database, "TRUNCATE app.orders, users; INSERT INTO users (id, name) VALUES (7000, "
                      "'later'); SELECT setval('users_id_seq', 7000)");
    InPlaceResult const result =
        restore_inside(archive, part(database, only_rows({"public.users"}, ExistingRows::append)));
    EXPECT_TRUE(result.proof.holds());
    EXPECT_EQ(query_sql(database, "SELECT count(*), (SELECT last_value FROM users_id_seq) FROM "
                                  "users"),
              "501|7000");
}

TEST_F(InPlaceLive, KeepsTriggersQuietWhileRowsAreLoaded) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    run_sql(database, "TRUNCATE app.orders; "
                      "CREATE FUNCTION app.low() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                      "NEW.state := 'done'; RETURN NEW; END $$; CREATE TRIGGER low BEFORE "
                      "INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.low()");
    Run run = part(database, only_rows({"app.orders"}, ExistingRows::append));
    (void)restore_inside(archive, run);
    EXPECT_EQ(query_sql(database, "SELECT count(*), min(state), (SELECT tgenabled FROM pg_trigger "
                                  "WHERE tgname = 'low') FROM app.orders"),
              "300|new|O");
}

TEST_F(InPlaceLive, SetsNoSequenceForGoodBeforeTheCommit) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    run_sql(database, "TRUNCATE app.orders, users; SELECT setval('users_id_seq', 77)");
    Run run = part(database, only_rows({"public.users"}, ExistingRows::refuse));
    run.done = [](RestoreStep step) {
        if (step == RestoreStep::proven) {
            throw Error{ErrorKind::failed, "planted"};
        }
    };
    EXPECT_STREQ(failure_of(archive, run).what(), "planted");
    EXPECT_EQ(query_sql(database, "SELECT last_value FROM users_id_seq"), "77");
}
