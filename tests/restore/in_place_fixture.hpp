// What the live tests of restores inside an existing database share: databases of a role that may
// create none, the steps of restore.cpp without its safety snapshot, and the demand that a failure
// changed nothing.
//
// Thread-safety: none.

#pragma once

#include "restore/archive_content.hpp"
#include "restore/in_place.hpp"
#include "restore/restore_fixture.hpp"
#include "support/fingerprint.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

// An archive whose schema does something more at its end.
class PlantedContent : public Content {
public:
    PlantedContent(Content &content, std::string sql) : content_(content), sql_(std::move(sql)) {}

    [[nodiscard]] Manifest const &manifest() const override { return content_.manifest(); }
    [[nodiscard]] std::string description() const override { return content_.description(); }
    [[nodiscard]] RestoreCheck deepest_check() const override { return content_.deepest_check(); }
    [[nodiscard]] std::optional<DatabaseProperties> properties() const override {
        return content_.properties();
    }
    void look_ahead(Connection &connection, bool into_existing, Obstacles &obstacles) override {
        content_.look_ahead(connection, into_existing, obstacles);
    }
    void fill(WorkPlace const &place, Progress &progress, StepDone const &done) override {
        content_.fill(place, progress, done);
    }
    void fill_in_transaction(Connection &connection, Progress &progress,
                             StepDone const &done) override {
        content_.fill_in_transaction(connection, progress, done);
        if (!sql_.empty()) {
            connection.execute(sql_);
        }
    }
    [[nodiscard]] std::optional<ObjectCounting>
    object_counting(int server_version, std::vector<std::string> &warnings) const override {
        return content_.object_counting(server_version, warnings);
    }

private:
    Content &content_;
    std::string sql_;
};

class InPlaceLive : public RestoreLive {
protected:
    // A database of one who may create none, with the things that such a role can make.
    static std::string owned_database() {
        run_sql("postgres", "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = "
                            "'tenant') THEN CREATE ROLE tenant LOGIN; END IF; END $$");
        std::string const database = create_database("tenant", "OWNER tenant");
        run_sql(
            database,
            "CREATE EXTENSION IF NOT EXISTS citext; SET ROLE tenant;"
            "CREATE TABLE users (id bigserial PRIMARY KEY, name citext UNIQUE);"
            "INSERT INTO users (name) SELECT 'user ' || i FROM generate_series(1, 500) i;"
            "CREATE SCHEMA app; CREATE TYPE app.state AS ENUM ('new', 'done');"
            "CREATE TABLE app.orders (id integer PRIMARY KEY, user_id bigint REFERENCES users,"
            " state app.state); INSERT INTO app.orders SELECT i, i, 'new' FROM"
            " generate_series(1, 300) i;"
            "CREATE TABLE app.tree (id integer PRIMARY KEY, parent integer REFERENCES app.tree);"
            "INSERT INTO app.tree SELECT i, nullif(i % 50 + 1, i) FROM generate_series(1, 50) i;"
            "CREATE FUNCTION app.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';"
            "CREATE VIEW app.v AS SELECT * FROM app.orders;"
            "CREATE MATERIALIZED VIEW app.m AS SELECT count(*) FROM app.orders;"
            "SELECT lo_from_bytea(70001, '\\x010203');"
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;"
            "GRANT SELECT ON users TO PUBLIC");
        return database;
    }

    static void change_everything(std::string const &database) {
        run_sql(database,
                "SET ROLE tenant; DROP TABLE app.tree; UPDATE users SET name = 'x' || name;"
                "CREATE TABLE public.extra (i integer); CREATE SCHEMA later;"
                "CREATE TABLE later.t AS SELECT 1 AS i; CREATE TYPE public.mood AS ENUM ('a');"
                "CREATE FUNCTION public.g() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
                "CREATE AGGREGATE public.total(integer) (sfunc = int4pl, stype = integer);"
                "SELECT setval('users_id_seq', 9999); SELECT lo_unlink(70001);"
                "SELECT lo_create(70002); CREATE PUBLICATION news FOR TABLE users;"
                "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO tenant;"
                "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
                "GRANT CREATE ON SCHEMA public TO PUBLIC");
    }

    static RestoreOptions options_as(std::string const &database, std::string const &role) {
        RestoreOptions restore = options(database);
        restore.existing = ExistingDatabase::in_place;
        if (!role.empty()) {
            restore.connection.keywords["user"] = role;
        }
        return restore;
    }

    struct Run {
        RestoreOptions restore;
        InPlaceOptions in_place;
        StepDone done = [](RestoreStep /*step*/) {};
        std::string planted; // SQL behind the last statement of the content
    };

    static Run whole(std::string const &database, std::string const &role = "tenant") {
        Run run;
        run.restore = options_as(database, role);
        run.in_place.clean = true;
        run.in_place.lock_timeout = std::chrono::milliseconds{2000};
        return run;
    }

    static Run part(std::string const &database, RestorePart const &wanted,
                    std::string const &role = "tenant") {
        Run run = whole(database, role);
        run.in_place.clean = false;
        run.in_place.part = wanted;
        run.restore.part = wanted;
        return run;
    }

    // As restore.cpp does it, without the safety snapshot.
    InPlaceResult restore_inside(std::string const &archive, Run const &run) {
        FileSource const source{archive};
        NoProgress progress;
        ArchiveContent content{source, run.restore, stop_.get_token(), progress};
        Sessions const sessions{run.restore, stop_.get_token()};
        Obstacles obstacles;
        {
            Connection connection = sessions.maintenance("preflight");
            content.look_ahead(connection, true, obstacles);
            Connection inside = sessions.inside(run.restore.target, "preflight", {});
            if (run.in_place.clean) {
                add_in_place_obstacles(inside, content.manifest(), obstacles);
            } else {
                add_part_obstacles(inside, content.manifest(), run.restore.part, obstacles);
            }
        }
        warnings_ = obstacles.warnings;
        if (!obstacles.list.empty()) {
            throw combined_error(obstacles.list);
        }
        PlantedContent planted{content, run.planted};
        return restore_in_transaction(sessions, run.restore.target, planted, run.in_place, run.done,
                                      progress, stop_.get_token());
    }

    static std::string state_of(std::string const &database) {
        return schema_fingerprint(database) + data_fingerprint(database);
    }

    // Runs it, demands that it fails, and that nothing changed.
    Error failure_of(std::string const &archive, Run const &run) {
        std::string const before = state_of(run.restore.target);
        Error const error = error_of([&] { (void)restore_inside(archive, run); });
        EXPECT_EQ(backends_left(), "0");
        EXPECT_EQ(first_difference(before, state_of(run.restore.target)), "");
        return error;
    }

    // A trigger that waits for the COMMIT, and then does `what`.
    static std::string fails_at_commit(std::string const &what) {
        return "CREATE FUNCTION public.late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " +
               what +
               "; RETURN NULL; END $$; CREATE TABLE public.trap (i integer);"
               "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON public.trap DEFERRABLE INITIALLY "
               "DEFERRED FOR EACH ROW EXECUTE FUNCTION public.late();"
               "INSERT INTO public.trap VALUES (1)";
    }

    // Ends the restore's server process once it waits for `event`.
    static void end_our_backend_in(std::string const &event) {
        run_sql("postgres",
                "SET synchronous_commit = local; DO $$ BEGIN FOR i IN 1..600 LOOP "
                "PERFORM pg_stat_clear_snapshot(); PERFORM pg_terminate_backend(pid) FROM "
                "pg_stat_activity WHERE application_name = 'pgkeep in place' AND wait_event = '" +
                    event + "'; EXIT WHEN FOUND; PERFORM pg_sleep(0.05); END LOOP; END $$");
    }

    std::vector<std::string> warnings_;
};

} // namespace pgkeep
