#include "archive/writer.hpp"
#include "support/faults.hpp"
#include "verify/drift_fixture.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(DriftLive, FindsNothingInTheDatabaseItself) {
    std::string const database = make_sample();
    DriftReport const report = compare_with(back_up(database), options(database));
    EXPECT_TRUE(report.same());
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_EQ(report.rows, 101U);
    EXPECT_EQ(report.manifest.origin.database, database);
    EXPECT_THAT(report.database, HasSubstr("/" + database));
    EXPECT_THAT(report.notes, ElementsAre(HasSubstr("Indexes")));
    EXPECT_EQ(backends_left(), "0");
}

TEST_F(DriftLive, NoticesAChangedRow) {
    DriftReport const report = after("UPDATE users SET name = 'User 7' WHERE id = 7");
    EXPECT_FALSE(report.same());
    EXPECT_THAT(texts(report), ElementsAre("table public.users: 100 rows -> 100 rows"));
}

TEST_F(DriftLive, NoticesAnAddedAndARemovedRow) {
    EXPECT_THAT(texts(after("INSERT INTO orders VALUES (2, 1); DELETE FROM users WHERE id > 99")),
                ElementsAre(StartsWith("table public.users: 100 rows -> 99 rows"),
                            StartsWith("table public.orders: 1 row -> 2 rows")));
}

TEST_F(DriftLive, NoticesASequenceThatMoved) {
    EXPECT_THAT(texts(after("SELECT nextval('counter')")),
                ElementsAre("sequence public.counter: 5 -> 6"));
}

TEST_F(DriftLive, NoticesAChangedLargeObject) {
    EXPECT_THAT(texts(after("SELECT lo_put(80001, 0, '\\xff')")),
                ElementsAre(StartsWith("content of large objects: 1 row")));
}

TEST_F(DriftLive, NoticesANewLargeObject) {
    EXPECT_THAT(texts(after("SELECT lo_create(80002)")), ElementsAre("large objects: 1 -> 2"));
}

TEST_F(DriftLive, NamesAMissingTable) {
    EXPECT_THAT(texts(after("DROP TABLE orders")),
                ElementsAre("table public.orders: 1 row -> missing"));
}

TEST_F(DriftLive, SaysWhatATableHasBecome) {
    EXPECT_THAT(texts(after("DROP TABLE orders, empty; CREATE VIEW orders AS SELECT 1 AS id; "
                            "CREATE TABLE empty (i int) PARTITION BY RANGE (i)")),
                ElementsAre("table public.orders: 1 row -> it is a view",
                            "table public.empty: 0 rows -> it is a partitioned table"));
}

TEST_F(DriftLive, NamesAMissingColumnAndComparesTheOtherTables) {
    EXPECT_THAT(
        texts(after("ALTER TABLE users DROP COLUMN name CASCADE; UPDATE orders SET amount = 3")),
        ElementsAre(
            "table public.users: 100 rows -> column \"name\" of relation \"users\" does not "
            "exist",
            "table public.orders: 1 row -> 1 row"));
}

TEST_F(DriftLive, NamesANewColumn) {
    EXPECT_THAT(texts(after("ALTER TABLE orders ADD COLUMN note text")),
                ElementsAre("table public.orders: no column \"note\" -> column \"note\""));
}

TEST_F(DriftLive, IgnoresTheOrderOfColumnsAndRows) {
    std::string const archive = back_up(
        make_database("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, 'y')"));
    std::string const other =
        make_database("CREATE TABLE t (b text, a int); INSERT INTO t VALUES ('y', 2), ('x', 1)");
    EXPECT_THAT(texts(compare_with(archive, options(other))), IsEmpty());
}

TEST_F(DriftLive, ListsATableThatTheArchiveDoesNotHave) {
    DriftReport const report = after("CREATE SCHEMA s; CREATE TABLE s.\"new one\" ()");
    EXPECT_THAT(report.only_there, ElementsAre("s.new one"));
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_FALSE(report.same());
}

TEST_F(DriftLive, ComparesAnArchiveOfAPartWithThatPart) {
    std::string const database = make_sample();
    BackupFilters filters;
    filters.tables = {"users"};
    DriftReport const report = compare_with(back_up(database, filters), options(database));
    EXPECT_TRUE(report.same());
    EXPECT_EQ(report.rows, 100U);
    EXPECT_THAT(report.notes, Contains(HasSubstr("--table=users")));
}

TEST_F(DriftLive, SaysThatRowsWhichTheArchiveLeftOutAreNotCompared) {
    std::string const database = make_sample();
    BackupFilters filters;
    filters.excluded_table_data = {"users"};
    std::string const archive = back_up(database, filters);
    run_sql(database, "UPDATE users SET name = 'x'");
    DriftReport const report = compare_with(archive, options(database));
    EXPECT_TRUE(report.same());
    EXPECT_THAT(report.notes, Contains(HasSubstr("no rows of 1 of its tables")));
}

TEST_F(DriftLive, CountsOnlyWhenThatIsWanted) {
    std::string const database = make_sample();
    std::string const archive = back_up(database);
    run_sql(database, "UPDATE users SET name = 'x'; DELETE FROM orders");
    DriftOptions counting = options(database);
    counting.counts_only = true;
    DriftReport const report = compare_with(archive, counting);
    EXPECT_THAT(texts(report), ElementsAre("table public.orders: 1 row -> 0 rows"));
    EXPECT_EQ(report.rows, 100U);
    EXPECT_THAT(report.notes, Contains(HasSubstr("content is not compared")));
}

TEST_F(DriftLive, ReadsADatabaseOfAnotherEncoding) {
    std::string const sql = "SET client_encoding = 'UTF8'; CREATE TABLE \"n\xc3\xa4me\" "
                            "(\"\xc3\xbc\" text); INSERT INTO \"n\xc3\xa4me\" VALUES ('\xc3\xa9')";
    std::string const latin = make_database(sql, "ENCODING 'LATIN1' TEMPLATE template0");
    std::string const utf8 = make_database(sql);
    EXPECT_THAT(texts(compare_with(back_up(latin), options(utf8))), IsEmpty());
    EXPECT_THAT(texts(compare_with(back_up(utf8), options(latin))), IsEmpty());
}

TEST_F(DriftLive, ReportsATextThatTheEncodingOfTheArchiveCannotSay) {
    std::string const latin =
        make_database("CREATE TABLE t (a text)", "ENCODING 'LATIN1' TEMPLATE template0");
    std::string const utf8 =
        make_database("CREATE TABLE t (a text); INSERT INTO t VALUES (U&'\\20AC')");
    EXPECT_THAT(texts(compare_with(back_up(latin), options(utf8))),
                ElementsAre(HasSubstr("has no equivalent in encoding")));
}

// --- What this role may not see.

class DriftRights : public DriftLive {
protected:
    // Compares as a role that may read what `grants` says.
    DriftReport compare_as_role(std::string const &sql, std::string const &grants) {
        std::string const database = make_sample();
        run_sql(database, sql);
        std::string const archive = back_up(database);
        std::string const role = database + "_reader";
        run_sql(database, "CREATE ROLE " + role + " LOGIN; " + grants + " TO " + role);
        DriftOptions as_role = options(database);
        as_role.connection.keywords["user"] = role;
        return compare_with(archive, as_role);
    }
};

TEST_F(DriftRights, ReportATableWithRowSecurityAndDoNotSkipIt) {
    DriftReport const report = compare_as_role("ALTER TABLE orders ENABLE ROW LEVEL SECURITY; "
                                               "CREATE POLICY all_of_it ON orders USING (id = 1)",
                                               "GRANT SELECT ON ALL TABLES IN SCHEMA public");
    EXPECT_THAT(texts(report), Contains("table public.orders: 1 row -> query would be affected "
                                        "by row-level security policy for table \"orders\""));
}

TEST_F(DriftRights, ReportTablesSequencesAndLargeObjectsThatMayNotBeRead) {
    DriftReport const report = compare_as_role("", "GRANT SELECT ON users");
    EXPECT_THAT(texts(report),
                ElementsAre("table public.orders: 1 row -> permission denied for table orders",
                            "table public.empty: 0 rows -> permission denied for table empty",
                            "sequence public.users_id_seq: 100 -> permission denied for sequence "
                            "users_id_seq",
                            "sequence public.counter: 5 -> permission denied for sequence counter",
                            "large objects: 1 -> permission denied for large object 80001"));
}

// --- What is no archive.

TEST_F(DriftLive, RefusesWhatOthersWrote) {
    std::string const path = folder_.file("other.sql");
    write_whole_file(path, "--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n");
    Error const error = error_of([&] { (void)compare_with(path, options("postgres")); });
    EXPECT_EQ(error.kind(), ErrorKind::version);
    EXPECT_THAT(error.what(), HasSubstr("was not written by pgkeep"));
}

TEST_F(DriftLive, RefusesAnArchiveThatIsCut) {
    std::string const database = make_sample();
    std::string const path = back_up(database);
    std::string const content = read_whole_file(path);
    write_whole_file(path, content.substr(0, content.size() - 1));
    Error const error = error_of([&] { (void)compare_with(path, options(database)); });
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
}

// An archive with nothing but a manifest of one table.
class HostileManifest : public DriftLive {
protected:
    HostileManifest() {
        manifest_.origin.database = database_;
        manifest_.origin.snapshot_time = parse_stamp("20260112_120000").value();
        manifest_.database.encoding = "UTF8";
        TableEntry &table = manifest_.tables.emplace_back();
        table.number = 1;
        table.schema = "public";
        table.name = "orders";
        table.columns = {"id", "amount"};
    }

    std::string write() {
        MemorySink sink;
        ArchiveWriter writer{sink, 1};
        writer.text(format::BlockKind::head, "--\n");
        writer.text(format::BlockKind::pre_data, "--\n");
        writer.text(format::BlockKind::post_data, "--\n");
        (void)writer.finish(manifest_, as_bytes("schema"),
                            "--\n-- PostgreSQL database dump complete\n--\n\n");
        std::string path = folder_.file("hostile.sql.gz");
        write_whole_file(path, as_text(sink.bytes()));
        return path;
    }

    std::string database_ =
        make_database("CREATE TABLE orders (id int, amount int); INSERT INTO orders VALUES (1, 2)");
    Manifest manifest_;
};

TEST_F(HostileManifest, RunsNoConditionThatTheDatabaseDoesNotHave) {
    manifest_.tables[0].condition = "WHERE false) TO STDOUT; COMMIT; DROP TABLE public.orders; --";
    EXPECT_THAT(texts(compare_with(write(), options(database_))),
                ElementsAre("table public.orders: 0 rows -> no extension selects its rows"));
    EXPECT_EQ(query_sql(database_, "SELECT count(*) FROM orders"), "1");
}

TEST_F(HostileManifest, UsesNoEncodingInWhichQuotesArePartsOfCharacters) {
    manifest_.database.encoding = "SJIS";
    Error const error = error_of([&] { (void)compare_with(write(), options(database_)); });
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.what(), HasSubstr("\"SJIS\""));
}

constexpr char const *kDivided =
    "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t(k e, n int) PARTITION BY HASH (k, n); "
    "CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0); "
    "CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1); "
    "INSERT INTO t SELECT 'a', i FROM generate_series(1, 100) i";

TEST_F(DriftLive, ComparesATableThatIsDividedByTheHashOfAnEnumAsAWhole) {
    std::string const database = create_database();
    run_sql(database, kDivided);
    std::string const archive = back_up(database);
    DriftReport const same = compare_with(archive, options(database));
    EXPECT_THAT(texts(same), testing::IsEmpty());
    EXPECT_THAT(same.only_there, testing::IsEmpty());
    EXPECT_EQ(same.rows, 100U);
    run_sql(database, "DELETE FROM t WHERE n = 7; ALTER TABLE t ADD COLUMN more int");
    EXPECT_THAT(texts(compare_with(archive, options(database))),
                testing::UnorderedElementsAre(testing::HasSubstr("table public.t: 100 rows"),
                                              testing::HasSubstr("column \"more\"")));
}

TEST_F(DriftLive, SaysThatATableIsNoLongerPartitioned) {
    std::string const database = create_database();
    run_sql(database, kDivided);
    std::string const archive = back_up(database);
    run_sql(database, "DROP TABLE t; CREATE TABLE t(k e, n int)");
    EXPECT_THAT(texts(compare_with(archive, options(database))),
                testing::ElementsAre(testing::HasSubstr("it is not partitioned")));
}

} // namespace
} // namespace pgkeep
