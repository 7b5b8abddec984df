#include "base/clock.hpp"
#include "pg/live.hpp"
#include "pg/snapshot.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

RelationName relation(Connection &connection, std::string const &name) {
    return {oid_of(connection, "public." + name), "public", name};
}

// A database with table `t` of two rows, a keeper with its snapshot, and another session that
// changes things.
class SnapshotTest : public testing::Test {
protected:
    SnapshotTest() {
        other.execute(
            "CREATE TABLE public.t (a int); INSERT INTO public.t VALUES (1), (2);"
            "CREATE TABLE public.u (b int); CREATE TABLE public.p (c int) PARTITION BY RANGE (c);"
            "CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (0) TO (10)");
        snapshot = export_snapshot(keeper, SnapshotIsolation::repeatable_read);
        t = relation(keeper, "t");
        u = relation(keeper, "u");
        p1 = relation(keeper, "p1");
    }

    std::string moved(RelationName const &of) {
        auto const error = error_of([&] { SnapshotState{keeper, {u, of}}.require_unmoved(other); });
        EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
        EXPECT_FALSE(error.hint().empty());
        return error.what();
    }

    std::string database = create_database("snapshot");
    Connection other = open_test(database);
    Connection keeper = open_test(database);
    Snapshot snapshot;
    RelationName t;
    RelationName u;
    RelationName p1;
};

TEST_F(SnapshotTest, IsSharedByTwoConnections) {
    other.execute("INSERT INTO public.t VALUES (3)");
    auto worker = open_test(database);
    import_snapshot(worker, snapshot.id);
    EXPECT_EQ(worker.query_row("SELECT count(*) FROM public.t").integer(0, 0), 2);
    EXPECT_EQ(keeper.query_row("SELECT count(*) FROM public.t").integer(0, 0), 2);
    EXPECT_EQ(other.query_row("SELECT count(*) FROM public.t").integer(0, 0), 3);
    import_snapshot(worker, snapshot.id); // again: what is open is rolled back first
    EXPECT_EQ(worker.query_row("SELECT count(*) FROM public.t").integer(0, 0), 2);
}

TEST_F(SnapshotTest, CannotWrite) {
    EXPECT_EQ(pg_error_of([&] { keeper.execute("CREATE TABLE public.x ()"); }).sqlstate(), "25006");
}

TEST_F(SnapshotTest, ReadsNoViewThatSomebodyPutInPlaceOfATable) {
    if (keeper
            .query("SELECT 1 FROM pg_catalog.pg_settings WHERE name = "
                   "'restrict_nonsystem_relation_kind'")
            .rows() == 0) {
        GTEST_SKIP() << "this minor version cannot refuse views";
    }
    other.execute("CREATE VIEW public.v AS SELECT 1 AS a");
    EXPECT_EQ(other.query_row("SELECT a FROM public.v").integer(0, 0), 1);
    (void)export_snapshot(keeper, SnapshotIsolation::repeatable_read);
    EXPECT_THROW(keeper.execute("SELECT a FROM public.v"), PgError);
}

TEST_F(SnapshotTest, KnowsItsTime) {
    auto const age = utc_now() - snapshot.time;
    EXPECT_LT(std::chrono::abs(age), 1h);
}

TEST_F(SnapshotTest, CanBeTakenAnewOnTheSameConnection) {
    other.execute("INSERT INTO public.t VALUES (3)");
    auto const next = export_snapshot(keeper, SnapshotIsolation::serializable_deferrable);
    EXPECT_NE(next.id, snapshot.id);
    EXPECT_EQ(keeper.query_row("SELECT count(*) FROM public.t").integer(0, 0), 3);
    auto worker = open_test(database);
    import_snapshot(worker, next.id);
    EXPECT_EQ(worker.query_row("SELECT count(*) FROM public.t").integer(0, 0), 3);
}

TEST_F(SnapshotTest, IsGoneWithItsKeeper) {
    keeper.execute("ROLLBACK");
    auto worker = open_test(database);
    EXPECT_THROW(import_snapshot(worker, snapshot.id), PgError);
}

TEST_F(SnapshotTest, LocksAgainstDroppingButNotAgainstWriting) {
    lock_relations(keeper, {t, u, relation(keeper, "p"), p1}, 0ms);
    other.execute("INSERT INTO public.t VALUES (4)");
    other.execute("SET lock_timeout = '20ms'");
    EXPECT_EQ(pg_error_of([&] { other.execute("TRUNCATE public.t"); }).sqlstate(), "55P03");
    EXPECT_EQ(pg_error_of([&] { other.execute("DROP TABLE public.p1"); }).sqlstate(), "55P03");
    EXPECT_NO_THROW((SnapshotState{keeper, {t, u, p1}}.require_unmoved(other)));
}

TEST_F(SnapshotTest, LocksTheTableOnlyAndNotItsChildren) {
    lock_relations(keeper, {relation(keeper, "p")}, 0ms);
    other.execute("SET lock_timeout = '20ms'");
    EXPECT_NO_THROW(other.execute("TRUNCATE public.p1"));
}

TEST_F(SnapshotTest, LocksMoreTablesThanFitInOneStatement) {
    other.execute("DO $$BEGIN FOR i IN 1..450 LOOP EXECUTE 'CREATE TABLE public.\"many ' || i || "
                  "'\" ()'; END LOOP; END$$");
    (void)export_snapshot(keeper, SnapshotIsolation::repeatable_read);
    std::vector<RelationName> relations;
    for (int i = 1; i <= 450; ++i) {
        auto const name = "many " + std::to_string(i);
        relations.push_back({oid_of(keeper, "public.\"" + name + "\""), "public", name});
    }
    lock_relations(keeper, relations, 0ms);
    EXPECT_EQ(other
                  .query_row("SELECT count(DISTINCT relation) FROM pg_catalog.pg_locks WHERE mode "
                             "= 'AccessShareLock' AND pid = " +
                             std::to_string(keeper.backend_pid()) +
                             " AND relation IN (SELECT oid FROM pg_catalog.pg_class WHERE relname "
                             "LIKE 'many %')")
                  .integer(0, 0),
              450);
}

TEST_F(SnapshotTest, NamesTheTableThatIsLockedAndWhoHoldsIt) {
    other.execute("BEGIN; LOCK TABLE public.u");
    auto const error = pg_error_of([&] { lock_relations(keeper, {t, u}, 20ms); });
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_EQ(error.sqlstate(), "55P03");
    EXPECT_EQ(error.what(), "cannot lock table public.u in time (held by server process " +
                                std::to_string(other.backend_pid()) + ")");
    EXPECT_THAT(error.hint(), HasSubstr("--lock-wait-timeout"));
}

TEST_F(SnapshotTest, TakesADeadlockForASchemaThatMoves) {
    run_sql(database, "ALTER DATABASE " + database + " SET deadlock_timeout = '60s'");
    lock_relations(keeper, {t}, 0ms);
    auto patient = open_test(database);
    patient.execute("BEGIN; LOCK TABLE public.u");
    std::jthread const changer{[&] { patient.execute("LOCK TABLE public.t; COMMIT"); }};
    while (query_sql(database, "SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") {
        std::this_thread::sleep_for(10ms);
    }
    auto const error = error_of([&] { lock_relations(keeper, {u}, 0ms); });
    end_snapshot(keeper);
    EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
    EXPECT_THAT(error.what(), HasSubstr("table public.u is locked by somebody who waits"));
}

TEST_F(SnapshotTest, LocksAtOnceOrNotAtAllInFrontOfACopy) {
    other.execute("BEGIN; LOCK TABLE public.u");
    EXPECT_EQ(pg_error_of([&] { keeper.execute(lock_nowait_statement(u)); }).sqlstate(), "55P03");
}

TEST_F(SnapshotTest, KnowsWhatANameMeantThoughItMeansTheRightThingAgain) {
    other.execute("CREATE SCHEMA s; CREATE SCHEMA z; CREATE TABLE s.x (); CREATE TABLE z.x ()");
    (void)export_snapshot(keeper, SnapshotIsolation::repeatable_read);
    RelationName const x{oid_of(keeper, "s.x"), "s", "x"};
    other.execute("ALTER SCHEMA s RENAME TO y; ALTER SCHEMA z RENAME TO s");
    keeper.execute(lock_nowait_statement(x));
    other.execute("ALTER SCHEMA s RENAME TO z; ALTER SCHEMA y RENAME TO s");
    EXPECT_NO_THROW(require_same_relation(keeper, x));
    auto const error = error_of([&] { require_locked(keeper, {x}); });
    EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
    EXPECT_THAT(error.what(), HasSubstr("table s.x was renamed"));
    keeper.execute(lock_nowait_statement(x));
    EXPECT_NO_THROW(require_locked(keeper, {x}));
}

TEST_F(SnapshotTest, NamesATableThatWasDropped) {
    other.execute("DROP TABLE public.u");
    auto const error = error_of([&] { lock_relations(keeper, {t, u, p1}, 0ms); });
    EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
    EXPECT_THAT(error.what(), HasSubstr("table public.u is gone"));
}

TEST_F(SnapshotTest, NamesATableWhoseSchemaWasDropped) {
    other.execute("CREATE SCHEMA s; CREATE TABLE s.x ()");
    (void)export_snapshot(keeper, SnapshotIsolation::repeatable_read);
    RelationName const x{oid_of(keeper, "s.x"), "s", "x"};
    other.execute("DROP SCHEMA s CASCADE");
    auto const error = error_of([&] { lock_relations(keeper, {t, x}, 0ms); });
    EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
    EXPECT_THAT(error.what(), HasSubstr("table s.x is gone"));
}

TEST_F(SnapshotTest, FindsATableThatWasDroppedAndMadeAgain) {
    other.execute("DROP TABLE public.u; CREATE TABLE public.u (b int)");
    auto const error = error_of([&] { lock_relations(keeper, {t, u}, 0ms); });
    EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
    EXPECT_EQ(std::string{error.what()},
              "table public.u was dropped and made again since the snapshot was taken");
}

TEST_F(SnapshotTest, FindsATableThatBecameASequence) {
    other.execute("DROP TABLE public.u; CREATE SEQUENCE public.u");
    EXPECT_EQ(error_of([&] {
                  lock_relations(keeper, {t, u}, 0ms);
              }).kind(),
              ErrorKind::schema_moved);
}

TEST_F(SnapshotTest, NamesTheTableThatMayNotBeRead) {
    other.execute("CREATE ROLE " + database + " LOGIN; GRANT USAGE ON SCHEMA public TO " +
                  database + "; GRANT SELECT ON public.t TO " + database);
    auto settings = scratch_connection(database);
    settings.keywords["user"] = database;
    Connection reader{settings, test_policy(), {}};
    (void)export_snapshot(reader, SnapshotIsolation::repeatable_read);
    auto const error = pg_error_of([&] { lock_relations(reader, {t, u}, 0ms); });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_EQ(std::string{error.what()},
              "cannot lock table public.u: permission denied for table u");
    EXPECT_THAT(error.hint(), HasSubstr("pg_read_all_data"));
}

TEST_F(SnapshotTest, StopsWaitingForALockWhenTheTokenFires) {
    other.execute("BEGIN; LOCK TABLE public.u");
    std::stop_source source;
    auto waiting = open_test(database, source.get_token());
    (void)export_snapshot(waiting, SnapshotIsolation::repeatable_read);
    auto watcher = open_test(database);
    std::jthread const stopper{[&] {
        while (
            watcher
                .query_row("SELECT count(*) FROM pg_catalog.pg_locks WHERE NOT granted AND pid = " +
                           std::to_string(waiting.backend_pid()))
                .integer(0, 0) == 0) {
        }
        source.request_stop();
    }};
    EXPECT_EQ(error_of([&] { lock_relations(waiting, {t, u}, 0ms); }).kind(), ErrorKind::cancelled);
}

TEST_F(SnapshotTest, FindsNothingMovedWhenRowsChange) {
    other.execute("INSERT INTO public.t VALUES (3); DELETE FROM public.t WHERE a = 1; CREATE INDEX "
                  "ON public.t (a)");
    other.execute("ANALYZE public.t");
    EXPECT_NO_THROW((SnapshotState{keeper, {t, u, p1}}.require_unmoved(other)));
    EXPECT_NO_THROW((SnapshotState{keeper, {}}.require_unmoved(other)));
}

TEST_F(SnapshotTest, FindsATruncate) {
    other.execute("TRUNCATE public.t");
    EXPECT_EQ(moved(t), "table public.t was truncated or rewritten since the snapshot was taken");
}

TEST_F(SnapshotTest, FindsARewrite) {
    other.execute("VACUUM FULL public.t");
    EXPECT_THAT(moved(t), HasSubstr("truncated or rewritten"));
}

TEST_F(SnapshotTest, FindsChangesOfColumns) {
    for (auto const *const change : {"ADD COLUMN b int", "DROP COLUMN a", "RENAME COLUMN a TO z",
                                     "ALTER COLUMN a TYPE int8"}) {
        SCOPED_TRACE(change);
        other.execute(std::string{"ALTER TABLE public.t "} + change);
        EXPECT_THAT(moved(t), HasSubstr("table public.t has other columns"));
        other.execute("DROP TABLE public.t; CREATE TABLE public.t (a int)");
        (void)export_snapshot(keeper, SnapshotIsolation::repeatable_read);
        t = relation(keeper, "t");
    }
}

TEST_F(SnapshotTest, FindsADetachedPartition) {
    other.execute("ALTER TABLE public.p DETACH PARTITION public.p1");
    EXPECT_THAT(moved(p1), HasSubstr("attached to another table"));
}

TEST_F(SnapshotTest, FindsARenamedSchema) {
    other.execute("ALTER SCHEMA public RENAME TO elsewhere");
    EXPECT_EQ(error_of([&] {
                  SnapshotState{keeper, {t}}.require_unmoved(other);
              }).kind(),
              ErrorKind::schema_moved);
}

TEST_F(SnapshotTest, FindsADroppedTable) {
    other.execute("DROP TABLE public.t");
    EXPECT_THAT(moved(t), HasSubstr("is gone"));
}

} // namespace
} // namespace pgkeep
