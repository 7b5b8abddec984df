#include "model/sql_text.hpp"
#include "pg/copy.hpp"
#include "pg/live.hpp"
#include "pg/snapshot.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> copy_out(Connection &connection, std::string const &sql) {
    std::vector<std::string> rows;
    auto const count =
        read_copy(connection, sql, [&](std::string_view line) { rows.emplace_back(line); });
    EXPECT_EQ(count, rows.size());
    return rows;
}

TEST(ReadCopy, HandsOnEachRowWithItsNewline) {
    auto connection = open_test("postgres");
    EXPECT_THAT(
        copy_out(connection, "COPY (VALUES (1, E'a\\tb'), (2, NULL), (3, E'x\\ny\\\\')) TO STDOUT"),
        ElementsAre("1\ta\\tb\n", "2\t\\N\n", "3\tx\\ny\\\\\n"));
    EXPECT_THAT(copy_out(connection, "COPY (SELECT 1 WHERE false) TO STDOUT"), testing::IsEmpty());
}

TEST(ReadCopy, ReadsTablesOfEveryNameAndForm) {
    auto connection = open_test(create_database("copy"));
    std::string const weird = "we\"ird / n\xC3\xA4me\n'\\";
    auto const name = quote_qualified(weird, weird);
    connection.execute("CREATE SCHEMA " + quote_identifier(weird) + "; CREATE TABLE " + name +
                       " (gone int, " + quote_identifier(weird) +
                       " text, twice text GENERATED ALWAYS AS ('x') STORED); ALTER TABLE " + name +
                       " DROP COLUMN gone; INSERT INTO " + name + " VALUES ('a'), ('b')");
    EXPECT_THAT(
        copy_out(connection, "COPY " + name + " (" + quote_identifier(weird) + ") TO STDOUT"),
        ElementsAre("a\n", "b\n"));
    connection.execute("CREATE TABLE public.nothing (); INSERT INTO public.nothing DEFAULT VALUES");
    EXPECT_THAT(copy_out(connection, "COPY public.nothing TO STDOUT"), ElementsAre("\n"));
}

TEST(ReadCopy, KeepsBytesOfNoEncoding) {
    auto connection =
        open_test(create_database("copy", "ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'"));
    connection.execute("CREATE TABLE public.\"t\xFF\" (\"c\xFE\" text); INSERT INTO "
                       "public.\"t\xFF\" VALUES ('\xC3\x28')");
    EXPECT_THAT(copy_out(connection, "COPY public.\"t\xFF\" (\"c\xFE\") TO STDOUT"),
                ElementsAre("\xC3\x28\n"));
}

TEST(ReadCopy, AllowsALockInFront) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a int); INSERT INTO public.t VALUES (5)");
    connection.execute("BEGIN");
    EXPECT_THAT(copy_out(connection,
                         lock_nowait_statement({0, "public", "t"}) + "; COPY public.t TO STDOUT"),
                ElementsAre("5\n"));
    connection.execute("ROLLBACK");
}

TEST(ReadCopy, FailsWhenTheServerFailsInTheMiddle) {
    auto connection = open_test("postgres");
    std::uint64_t rows = 0;
    auto const error = pg_error_of([&] {
        (void)read_copy(
            connection,
            "COPY (SELECT 1/(5000-n) FROM pg_catalog.generate_series(1,9000) AS n) TO STDOUT",
            [&](std::string_view /*line*/) { ++rows; });
    });
    EXPECT_EQ(error.sqlstate(), "22012");
    EXPECT_EQ(rows, 4999U);
    EXPECT_EQ(connection.query_row("SELECT 7").integer(0, 0), 7);
}

TEST(ReadCopy, LeavesTheConnectionUsableWhenTheReaderThrows) {
    auto connection = open_test("postgres");
    EXPECT_THROW((void)read_copy(
                     connection, "COPY (SELECT pg_catalog.generate_series(1,100000000)) TO STDOUT",
                     [](std::string_view /*line*/) { throw std::runtime_error{"disk full"}; }),
                 std::runtime_error);
    EXPECT_EQ(connection.query_row("SELECT 7").integer(0, 0), 7);
}

TEST(ReadCopy, NamesTheTableThatMayNotBeRead) {
    auto const database = create_database("copy");
    run_sql(database, "CREATE TABLE secret (a int); CREATE ROLE copy_reader LOGIN; GRANT USAGE ON "
                      "SCHEMA public TO copy_reader");
    auto settings = scratch_connection(database);
    settings.keywords["user"] = "copy_reader";
    Connection connection{settings, test_policy(), {}};
    auto const error = pg_error_of([&] {
        (void)read_copy(connection, "COPY public.secret (a) TO STDOUT", [](std::string_view) {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_THAT(error.what(), HasSubstr("public.secret"));
    EXPECT_THAT(error.what(), HasSubstr("permission denied for table secret"));
    EXPECT_THAT(error.hint(), HasSubstr("GRANT SELECT"));
}

TEST(ReadCopy, RefusesToReadLessThanAllRows) {
    auto const database = create_database("copy");
    run_sql(database, "CREATE TABLE mine (a int); ALTER TABLE mine ENABLE ROW LEVEL SECURITY;"
                      "CREATE ROLE copy_filtered LOGIN; GRANT USAGE ON SCHEMA public TO "
                      "copy_filtered; GRANT SELECT ON mine TO copy_filtered");
    auto settings = scratch_connection(database);
    settings.keywords["user"] = "copy_filtered";
    Connection connection{settings, test_policy(), {}};
    auto const error = pg_error_of([&] {
        (void)read_copy(connection, "COPY public.mine (a) TO STDOUT", [](std::string_view) {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_THAT(error.hint(), HasSubstr("BYPASSRLS"));
}

TEST(ReadCopy, RefusesWhatIsNoCopyOut) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a int)");
    EXPECT_THROW((void)read_copy(connection, "SELECT 1", [](std::string_view) {}), Error);
    EXPECT_THROW((void)read_copy(connection, "COPY public.t FROM STDIN", [](std::string_view) {}),
                 Error);
    EXPECT_EQ(connection.query_row("SELECT 7").integer(0, 0), 7);
}

TEST(CopyIn, LoadsPiecesThatAreNotLines) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a int, b text)");
    CopyIn copy{connection, "COPY public.t (a, b) FROM STDIN"};
    copy.put("1\ton");
    copy.put("e\n2\t");
    copy.put("");
    copy.put("\\N\n");
    EXPECT_EQ(copy.finish(), 2U);
    EXPECT_EQ(connection.query_row("SELECT count(*) FROM public.t WHERE b = 'one' OR b IS NULL")
                  .integer(0, 0),
              2);
}

TEST(CopyIn, LoadsNothingWhenItIsNotFinished) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a int)");
    {
        CopyIn copy{connection, "COPY public.t (a) FROM STDIN"};
        copy.put("1\n2\n");
    }
    EXPECT_EQ(connection.query_row("SELECT count(*) FROM public.t").integer(0, 0), 0);
}

TEST(CopyIn, TakesOnlyOneStatementByTheExtendedProtocol) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a int)");
    EXPECT_THROW((CopyIn{connection, "COPY public.t (a) FROM STDIN; DROP TABLE public.t",
                         CopyProtocol::extended}),
                 PgError);
    CopyIn copy{connection, "COPY public.t (a) FROM STDIN;", CopyProtocol::extended};
    copy.put("1\n2\n");
    EXPECT_EQ(copy.finish(), 2U);
    EXPECT_EQ(connection.query_row("SELECT count(*) FROM public.t").integer(0, 0), 2);
}

TEST(CopyIn, LoadsNothingByTheExtendedProtocolWhenItIsNotFinished) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a int)");
    {
        CopyIn copy{connection, "COPY public.t (a) FROM STDIN", CopyProtocol::extended};
        copy.put("1\n2\n");
    }
    EXPECT_EQ(connection.query_row("SELECT count(*) FROM public.t").integer(0, 0), 0);
}

TEST(CopyIn, SaysWhereARowWasWrong) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a int)");
    auto const error = pg_error_of([&] {
        CopyIn copy{connection, "COPY public.t (a) FROM STDIN"};
        copy.put("1\nx\n3\n");
        (void)copy.finish();
    });
    EXPECT_EQ(error.sqlstate(), "22P02");
    EXPECT_THAT(error.what(), HasSubstr("COPY public.t (a) FROM STDIN"));
    EXPECT_THAT(error.hint(), HasSubstr("COPY t, line 2, column a"));
    EXPECT_EQ(connection.query_row("SELECT count(*) FROM public.t").integer(0, 0), 0);
}

TEST(CopyIn, TakesALargePiece) {
    auto connection = open_test(create_database("copy"));
    connection.execute("CREATE TABLE public.t (a text)");
    CopyIn copy{connection, "COPY public.t (a) FROM STDIN"};
    copy.put(std::string(5'000'000, 'x') + "\n");
    EXPECT_EQ(copy.finish(), 1U);
    EXPECT_EQ(connection.query_row("SELECT length(a) FROM public.t").integer(0, 0), 5'000'000);
}

TEST(CopyIn, LoadsNothingWhenTheTokenFires) {
    auto const database = create_database("copy");
    auto watcher = open_test(database);
    watcher.execute("CREATE TABLE public.t (a int)");
    std::stop_source source;
    auto connection = open_test(database, source.get_token());
    auto const error = error_of([&] {
        CopyIn copy{connection, "COPY public.t (a) FROM STDIN"};
        copy.put("1\n");
        source.request_stop();
        (void)copy.finish();
    });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    EXPECT_EQ(watcher.query_row("SELECT count(*) FROM public.t").integer(0, 0), 0);
}

} // namespace
} // namespace pgkeep
