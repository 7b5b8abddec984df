// What is removed from a database, and what stays.

#include "pg/clean_database.hpp"
#include "pg/live.hpp"
#include "support/fingerprint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

void clean(std::string const &database, std::set<std::string> const &wanted = {},
           std::string const &role = "") {
    Connection connection = role.empty() ? open_test(database) : connect_as(database, role);
    connection.execute("BEGIN");
    clean_database(connection, plan_clean(connection, wanted));
    connection.execute("COMMIT");
}

std::vector<std::string> forbidden(std::string const &database, std::string const &role) {
    Connection connection = connect_as(database, role);
    std::vector<std::string> objects;
    for (auto const &removal : plan_clean(connection, {}).removals) {
        if (!removal.permitted) {
            objects.push_back(removal.object);
        }
    }
    return objects;
}

// A role that owns nothing yet.
std::string new_role() {
    static int count = 0;
    std::string const name = "cleaner_" + std::to_string(++count);
    run_sql("postgres", "CREATE ROLE " + name + " LOGIN");
    return name;
}

} // namespace

TEST(CleanDatabase, LeavesOfTheSampleShopWhatANewDatabaseHas) {
    std::string const shop = create_sample_shop();
    clean(shop);
    EXPECT_EQ(first_difference(schema_fingerprint(create_database()), schema_fingerprint(shop)),
              "");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relnamespace "
                              "<> 'pg_toast'::regnamespace"),
              "0");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM pg_proc WHERE oid >= 16384"), "0");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM pg_largeobject_metadata"), "0");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM pg_default_acl"), "0");
}

TEST(CleanDatabase, RemovesEveryKindOfObjectFromPublic) {
    std::string const database = create_database();
    run_sql(
        database,
        "CREATE TABLE t (id serial PRIMARY KEY, i integer GENERATED ALWAYS AS IDENTITY);"
        "CREATE TABLE p (i integer) PARTITION BY LIST (i); CREATE TABLE p1 PARTITION OF p DEFAULT;"
        "CREATE VIEW v AS SELECT * FROM t; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;"
        "CREATE SEQUENCE s; CREATE TYPE e AS ENUM ('a'); CREATE TYPE c AS (i integer, e e);"
        "CREATE DOMAIN d AS e[]; CREATE TYPE r AS RANGE (subtype = integer); CREATE TYPE shell;"
        "CREATE FUNCTION f(e, VARIADIC d[]) RETURNS e LANGUAGE sql AS 'SELECT $1';"
        "CREATE FUNCTION f() RETURNS t LANGUAGE sql AS 'SELECT * FROM public.t';"
        "CREATE PROCEDURE pr(INOUT integer, OUT text) LANGUAGE sql AS $$SELECT 1, 'x'$$;"
        "CREATE AGGREGATE a(integer) (sfunc = int4pl, stype = integer);"
        "CREATE AGGREGATE star(*) (sfunc = int8inc, stype = bigint, initcond = '0');"
        "CREATE AGGREGATE own_mode(ORDER BY anyelement) (sfunc = ordered_set_transition, stype = "
        "internal, finalfunc = mode_final, finalfunc_extra);"
        "CREATE FUNCTION eq(c, c) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';"
        "CREATE FUNCTION neg(c) RETURNS c LANGUAGE sql IMMUTABLE AS 'SELECT $1';"
        "CREATE OPERATOR === (FUNCTION = eq, LEFTARG = c, RIGHTARG = c);"
        "CREATE OPERATOR !== (FUNCTION = neg, RIGHTARG = c);"
        "CREATE OPERATOR FAMILY fam USING hash;"
        "CREATE OPERATOR CLASS cls FOR TYPE c USING hash AS OPERATOR 1 ===;"
        "CREATE COLLATION col FROM \"C\";"
        "CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;"
        "CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple);"
        "CREATE TEXT SEARCH CONFIGURATION conf (COPY = simple);"
        "CREATE TEXT SEARCH TEMPLATE tmpl (LEXIZE = dsimple_lexize);"
        "CREATE TEXT SEARCH PARSER prs (START = prsd_start, GETTOKEN = prsd_nexttoken, END = "
        "prsd_end, LEXTYPES = prsd_lextype);"
        "CREATE STATISTICS st ON id, i FROM t;"
        "CREATE FUNCTION e_to_int(e) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE CAST (e AS integer) WITH FUNCTION e_to_int(e);"
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w;"
        "CREATE USER MAPPING FOR PUBLIC SERVER srv;"
        "CREATE FOREIGN TABLE ft (i integer) SERVER srv;"
        "CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler;"
        "CREATE LANGUAGE lang HANDLER plpgsql_call_handler;"
        "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal),"
        " TO SQL WITH FUNCTION int4recv(internal))");
    clean(database);
    EXPECT_EQ(first_difference(schema_fingerprint(create_database()), schema_fingerprint(database)),
              "");
}

TEST(CleanDatabase, KeepsWantedExtensionsWithTheirSchemas) {
    std::string const database = create_database();
    run_sql(database, "CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION "
                      "citext; CREATE EXTENSION pg_trgm; CREATE TABLE ext.mine (h ext.hstore);"
                      "CREATE TABLE mine (c citext)");
    Connection connection = open_test(database);
    CleanPlan const plan = plan_clean(connection, {"hstore", "citext", "not_there"});
    EXPECT_THAT(plan.extensions, ElementsAre("hstore", "citext"));
    EXPECT_THAT(plan.schemas, ElementsAre("ext"));
    clean(database, {"hstore", "citext"});
    EXPECT_EQ(query_sql(database, "SELECT extname FROM pg_extension ORDER BY 1"),
              "citext\nhstore\nplpgsql");
    EXPECT_EQ(query_sql(database, "SELECT count(*) FROM pg_class WHERE relname = 'mine'"), "0");
    EXPECT_EQ(
        query_sql(database, "SELECT 'a=>1'::ext.hstore OPERATOR(ext.->) 'a', 'A'::citext = 'a'"),
        "1|t");
}

TEST(CleanDatabase, PutsPublicBackToWhatItIsInANewDatabase) {
    std::string const role = new_role();
    std::string const database = create_database();
    run_sql(database, "ALTER SCHEMA public OWNER TO " + role +
                          "; GRANT CREATE ON SCHEMA public TO "
                          "PUBLIC; COMMENT ON SCHEMA public "
                          "IS 'mine'");
    clean(database);
    EXPECT_EQ(first_difference(schema_fingerprint(create_database()), schema_fingerprint(database)),
              "");
}

TEST(CleanDatabase, CreatesPublicWhereItIsMissing) {
    std::string const database = create_database();
    run_sql(database, "DROP SCHEMA public");
    clean(database);
    EXPECT_EQ(first_difference(schema_fingerprint(create_database()), schema_fingerprint(database)),
              "");
}

TEST(CleanDatabase, ResetsDefaultPrivileges) {
    std::string const role = new_role();
    std::string const database = create_database();
    run_sql(database,
            "ALTER DEFAULT PRIVILEGES FOR ROLE " + role + " GRANT SELECT ON TABLES TO PUBLIC;" +
                "ALTER DEFAULT PRIVILEGES FOR ROLE " + role +
                " REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;" + "ALTER DEFAULT PRIVILEGES FOR ROLE " +
                role + " REVOKE ALL ON TYPES FROM " + role + ", PUBLIC;" +
                "ALTER DEFAULT PRIVILEGES FOR ROLE " + role +
                " IN SCHEMA public GRANT USAGE ON SEQUENCES TO " + role);
    clean(database, {}, role);
    EXPECT_EQ(query_sql(database, "SELECT count(*) FROM pg_default_acl"), "0");
}

TEST(CleanDatabase, PutsBackThePrivilegesOfSystemObjects) {
    std::string const role = new_role();
    std::string const database = create_database();
    run_sql(database,
            "GRANT SELECT ON pg_authid TO " + role +
                "; GRANT SELECT (rolpassword), UPDATE "
                "(rolname) ON pg_authid TO PUBLIC; REVOKE SELECT ON pg_database FROM PUBLIC;"
                "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO PUBLIC; REVOKE EXECUTE ON "
                "FUNCTION abs(integer) FROM PUBLIC");
    clean(database);
    EXPECT_EQ(first_difference(schema_fingerprint(create_database()), schema_fingerprint(database)),
              "");
}

TEST(CleanDatabase, LetsTheOwnerOfADatabaseRemoveAnythingInPublic) {
    std::string const role = new_role();
    std::string const database = create_database("owned", "OWNER " + role);
    run_sql(database, "CREATE TABLE not_his (i integer); CREATE FUNCTION not_his() RETURNS integer "
                      "LANGUAGE sql AS 'SELECT 1'");
    EXPECT_THAT(forbidden(database, role), IsEmpty());
    clean(database, {}, role);
    EXPECT_EQ(query_sql(database, "SELECT count(*) FROM pg_class WHERE relname = 'not_his'"), "0");
}

TEST(CleanDatabase, SaysWhatARoleMayNotRemove) {
    std::string const role = new_role();
    std::string const database = create_database("owned", "OWNER " + role);
    run_sql(database,
            "CREATE SCHEMA hers; CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql "
            "AS $$ BEGIN END $$; CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION "
            "public.e(); CREATE EXTENSION pageinspect; SELECT lo_create(1234)");
    EXPECT_THAT(forbidden(database, role), ElementsAre("event trigger et", "schema hers",
                                                       "extension pageinspect", "1 large objects"));
}

TEST(CleanDatabase, ChangesNothingWhenItIsRolledBack) {
    std::string const shop = create_sample_shop();
    std::string const before = schema_fingerprint(shop) + data_fingerprint(shop);
    {
        Connection connection = open_test(shop);
        connection.execute("BEGIN");
        clean_database(connection, plan_clean(connection, {}));
    }
    EXPECT_EQ(first_difference(before, schema_fingerprint(shop) + data_fingerprint(shop)), "");
}
