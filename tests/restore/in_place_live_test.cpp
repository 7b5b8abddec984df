// Restoring a whole archive inside an existing database: everything or nothing, whoever owns it and
// whatever happens half-way.

#include "restore/in_place_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>

using namespace pgkeep;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace {

// The process of the restore's own connection.
std::string const kOurBackend = "SELECT pid FROM pg_stat_activity WHERE application_name = "
                                "'pgkeep in place'";

} // namespace

TEST_F(InPlaceLive, BringsBackTheDatabaseOfARoleThatMayCreateNone) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    change_everything(database);
    InPlaceResult const result = restore_inside(archive, whole(database));
    EXPECT_TRUE(result.proof.holds());
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, GathersStatistics) {
    std::string const database = owned_database();
    (void)restore_inside(back_up(database), whole(database));
    EXPECT_EQ(query_sql(database, "SELECT reltuples FROM pg_class WHERE relname = 'users'"), "500");
}

TEST_F(InPlaceLive, BringsBackTheSampleShop) {
    std::string const shop = create_sample_shop();
    std::string const archive = back_up(shop);
    std::string const before = state_of(shop);
    run_sql(shop, "DROP SCHEMA audit CASCADE; CREATE SCHEMA unwanted; CREATE FUNCTION "
                  "unwanted.noise() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
                  "'noise'; END $$; CREATE TABLE public.more (i integer); CREATE EVENT TRIGGER "
                  "noisy ON sql_drop EXECUTE FUNCTION unwanted.noise()");
    (void)restore_inside(archive, whole(shop, ""));
    EXPECT_EQ(first_difference(before, state_of(shop)), "");
}

TEST_F(InPlaceLive, IsUndoneWhereverItFails) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    change_everything(database);
    for (auto const step : {RestoreStep::created, RestoreStep::pre_data, RestoreStep::loaded,
                            RestoreStep::post_data, RestoreStep::proven}) {
        Run run = whole(database);
        run.done = [step](RestoreStep now) {
            if (now == step) {
                throw Error{ErrorKind::failed, "planted"};
            }
        };
        Error const error = failure_of(archive, run);
        EXPECT_STREQ(error.what(), "planted");
        EXPECT_THAT(error.hint(), HasSubstr("the database is as it was"));
    }
}

TEST_F(InPlaceLive, IsUndoneWhenTheServerProcessIsKilled) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    change_everything(database);
    for (auto const step : {RestoreStep::created, RestoreStep::loaded, RestoreStep::proven}) {
        Run run = whole(database);
        run.done = [step](RestoreStep now) {
            if (now == step) {
                run_sql("postgres",
                        "SELECT pg_terminate_backend(pid, 5000) FROM (" + kOurBackend + ") p");
            }
        };
        EXPECT_EQ(failure_of(archive, run).kind(), ErrorKind::connection);
    }
}

TEST_F(InPlaceLive, IsUndoneByASignal) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    change_everything(database);
    Run run = whole(database);
    run.done = [this](RestoreStep step) {
        if (step == RestoreStep::loaded) {
            stop_.request_stop();
        }
    };
    EXPECT_EQ(failure_of(archive, run).kind(), ErrorKind::cancelled);
}

TEST_F(InPlaceLive, IsUndoneWhenTheProofFails) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    change_everything(database);
    Run run = whole(database);
    run.planted = "UPDATE public.users SET name = 'spoiled' WHERE id = 7";
    Error const error = failure_of(archive, run);
    EXPECT_EQ(error.kind(), ErrorKind::differs);
    EXPECT_THAT(error.what(), HasSubstr("table public.users: the archive has 500 rows"));
    EXPECT_THAT(error.hint(),
                AllOf(HasSubstr("the database is as it was"), Not(HasSubstr("staging"))));
}

TEST_F(InPlaceLive, NoticesALargeObjectTooMany) {
    std::string const database = owned_database();
    Run run = whole(database);
    run.planted = "SELECT lo_create(70009)";
    EXPECT_THAT(failure_of(back_up(database), run).what(), HasSubstr("large objects"));
}

TEST_F(InPlaceLive, IsUndoneWhenTheServerCrashes) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    change_everything(database);
    std::string const before = state_of(database);
    run_sql(database, "CHECKPOINT"); // this server does not wait for its disk
    Run run = whole(database);
    run.done = [](RestoreStep step) {
        if (step == RestoreStep::loaded) {
            (void)run_shell("kill -9 $1", {query_sql("postgres", kOurBackend)});
        }
    };
    EXPECT_EQ(error_of([&] { (void)restore_inside(archive, run); }).kind(), ErrorKind::connection);
    EXPECT_EQ(run_shell("for i in $(seq 100); do psql -d postgres -c '' && exit; sleep 0.1; done; "
                        "exit 1")
                  .exit_code,
              0);
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, IsUndoneWhenTheCommitFails) {
    std::string const database = owned_database();
    Run run = whole(database);
    run.planted = fails_at_commit("RAISE 'too late'");
    Error const error = failure_of(back_up(database), run);
    EXPECT_THAT(error.what(), HasSubstr("too late"));
    EXPECT_THAT(error.hint(), HasSubstr("the database is as it was"));
}

TEST_F(InPlaceLive, FindsOutThatALostCommitWasUndone) {
    std::string const database = owned_database();
    Run run = whole(database);
    run.planted = fails_at_commit("PERFORM pg_catalog.pg_sleep(60)");
    std::string const archive = back_up(database);
    std::jthread const killer{[] { end_our_backend_in("PgSleep"); }};
    EXPECT_EQ(failure_of(archive, run).kind(), ErrorKind::connection);
}

// The commit waits for a standby that is not there, after it was written.
TEST_F(InPlaceLive, FindsOutThatALostCommitWasDone) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    change_everything(database);
    run_sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    run_sql("postgres", "SELECT pg_reload_conf()");
    InPlaceResult result;
    {
        std::jthread const killer{[] { end_our_backend_in("SyncRep"); }};
        result = restore_inside(archive, whole(database));
    }
    run_sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
    run_sql("postgres", "SELECT pg_reload_conf()");
    EXPECT_THAT(result.warnings, Contains(HasSubstr("the server says that it was")));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
}

TEST_F(InPlaceLive, SaysWhoHoldsALock) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    Connection holder{scratch_connection(database), {"holder", 0, {}, {}}, {}};
    holder.execute("BEGIN; SELECT FROM public.users");
    Run run = whole(database);
    run.in_place.lock_timeout = std::chrono::milliseconds{200};
    Error const error = error_of([&] { (void)restore_inside(archive, run); });
    EXPECT_THAT(
        error.what(),
        AllOf(HasSubstr("server process " + std::to_string(holder.backend_pid()) + " of user"),
              HasSubstr("application \"pgkeep holder\""), HasSubstr("uses table public.users")));
    EXPECT_THAT(error.hint(), HasSubstr("the database is as it was"));
}

TEST_F(InPlaceLive, NamesWhatTheRoleMayNotRemove) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    run_sql(database, "CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.t (i integer)");
    Error const error = error_of([&] { (void)restore_inside(archive, whole(database)); });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_THAT(error.what(), HasSubstr("cannot be removed: schema foreign_one"));
}

TEST_F(InPlaceLive, NamesAnExtensionThatTheRoleMayNotCreate) {
    std::string const database = owned_database();
    run_sql(database, "CREATE EXTENSION pageinspect");
    std::string const archive = back_up(database);
    run_sql(database, "DROP EXTENSION pageinspect");
    Error const error = error_of([&] { (void)restore_inside(archive, whole(database)); });
    EXPECT_THAT(error.what(), HasSubstr("extension \"pageinspect\" may not be created"));
}

// Its machine may be gone, and its locks keep everybody waiting.
TEST_F(InPlaceLive, HasTheServerAskWhetherItsClientIsStillThere) {
    std::string const database = owned_database();
    Run run = whole(database);
    run.planted = "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_settings WHERE name LIKE "
                  "'tcp_keepalives%' AND source = 'session') = 3; END $$";
    EXPECT_NO_THROW((void)restore_inside(back_up(database), run));
}

TEST_F(InPlaceLive, NamesASubscription) {
    std::string const database = owned_database();
    std::string const archive = back_up(database);
    run_sql(database, "CREATE SUBSCRIPTION news CONNECTION 'dbname=x' PUBLICATION p WITH (connect "
                      "= false, slot_name = NONE)");
    Error const error = error_of([&] { (void)restore_inside(archive, whole(database)); });
    EXPECT_THAT(error.what(), HasSubstr("the database has the subscription \"news\""));
    run_sql(database, "DROP SUBSCRIPTION news");
}

TEST_F(InPlaceLive, KeepsAnExtensionInASchemaOfItsOwn) {
    std::string const database = create_database();
    run_sql(database,
            "CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; GRANT USAGE ON SCHEMA "
            "ext TO PUBLIC; CREATE TABLE ext.mine (h ext.hstore); INSERT INTO ext.mine "
            "VALUES ('a=>1'); COMMENT ON SCHEMA ext IS 'Extensions.'");
    std::string const archive = back_up(database);
    std::string const before = state_of(database);
    std::string const oid =
        query_sql(database, "SELECT oid FROM pg_extension WHERE extname = 'hstore'");
    run_sql(database, "REVOKE USAGE ON SCHEMA ext FROM PUBLIC; INSERT INTO ext.mine VALUES "
                      "('b=>2'); CREATE FUNCTION ext.f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    (void)restore_inside(archive, whole(database, ""));
    EXPECT_EQ(first_difference(before, state_of(database)), "");
    EXPECT_EQ(query_sql(database, "SELECT oid FROM pg_extension WHERE extname = 'hstore'"), oid);
}

TEST_F(InPlaceLive, ConvertsTheEncoding) {
    std::string const original = create_database("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE "
                                                          "template0");
    run_sql(original, "SET client_encoding = 'UTF8'; CREATE TABLE \"tä\" AS SELECT 'ä'::text AS t");
    std::string const archive = back_up(original);
    std::string const target = create_database("utf8", "ENCODING 'UTF8' LOCALE 'C' TEMPLATE "
                                                       "template0");
    (void)restore_inside(archive, whole(target, ""));
    EXPECT_EQ(query_sql(target, "SET client_encoding = 'UTF8'; SELECT t FROM \"tä\""), "ä");
    EXPECT_THAT(warnings_, Contains(HasSubstr("texts are converted")));
}
