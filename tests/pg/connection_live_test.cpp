#include "model/sql_text.hpp"
#include "pg/connection.hpp"
#include "pg/live.hpp"

#include <gmock/gmock.h>
#include <libpq-fe.h>
#include <sys/types.h>

#include <csignal>
#include <future>
#include <thread>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Waits on the server until no backend of this process number is left.
void expect_backend_gone(Connection &watcher, int pid) {
    watcher.execute("SET statement_timeout = '20s'");
    auto const gone =
        "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE pid = " + std::to_string(pid);
    for (int i = 0; i < 2000; ++i) {
        if (watcher.query_row(gone).integer(0, 0) == 0) {
            return;
        }
        watcher.query("SELECT pg_catalog.pg_sleep(0.01)");
    }
    FAIL() << "server process " << pid << " is still there";
}

TEST(Connection, PinsWhatDecidesHowRowsLook) {
    auto const database = create_database("pins");
    run_sql("postgres", "ALTER DATABASE " + database +
                            " SET search_path = pg_temp; ALTER DATABASE " + database +
                            " SET datestyle = 'German';"
                            "ALTER DATABASE " +
                            database + " SET statement_timeout = 1234");
    auto connection = open_test(database);
    for (auto const &[name, value] :
         std::map<std::string, std::string>{{"search_path", "\"\""},
                                            {"DateStyle", "ISO, DMY"},
                                            {"IntervalStyle", "postgres"},
                                            {"extra_float_digits", "3"},
                                            {"TimeZone", "UTC"},
                                            {"bytea_output", "hex"},
                                            {"row_security", "off"},
                                            {"synchronize_seqscans", "off"},
                                            {"statement_timeout", "0"},
                                            {"lock_timeout", "0"},
                                            {"client_encoding", "UTF8"},
                                            {"default_transaction_isolation", "read committed"},
                                            {"application_name", "pgkeep test"}}) {
        EXPECT_EQ(connection.query_row("SELECT pg_catalog.current_setting($1)", {name}).text(0, 0),
                  value)
            << name;
    }
}

TEST(Connection, TakesTheDatabasesOwnEncoding) {
    auto const latin1 = create_database("latin", "ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");
    auto const bytes =
        create_database("ascii", "ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'");
    auto settings = scratch_connection(latin1);
    settings.keywords["client_encoding"] = "UTF8"; // of the operator; must not win
    Connection connection{settings, test_policy(), {}};
    EXPECT_EQ(connection.query_row("SELECT 'n\xE4me'").text(0, 0), "n\xE4me");
    EXPECT_EQ(connection.parameter("client_encoding"), "LATIN1");
    EXPECT_EQ(open_test(bytes).query_row("SELECT '\xFF\xFE'").text(0, 0), "\xFF\xFE");
}

TEST(Connection, ReadsValuesOfEveryKind) {
    auto connection = open_test("postgres");
    auto const row = connection.query_row("SELECT 42, NULL, true, ARRAY['a,b', NULL, 'c\"d', "
                                          "E'e\\\\f'], $1::pg_catalog.text, $2::pg_catalog.text",
                                          {"x", std::nullopt});
    EXPECT_EQ(row.integer(0, 0), 42);
    EXPECT_TRUE(row.is_null(0, 1));
    EXPECT_EQ(row.optional(0, 1), std::nullopt);
    EXPECT_TRUE(row.boolean(0, 2));
    EXPECT_THAT(row.text_array(0, 3), ElementsAre("a,b", "", "c\"d", "e\\f"));
    EXPECT_EQ(row.text(0, 4), "x");
    EXPECT_TRUE(row.is_null(0, 5));
    EXPECT_THROW((void)row.integer(0, 4), Error);
    EXPECT_EQ(row.columns(), 6);
}

TEST(Connection, DemandsExactlyOneRowWhereOneIsExpected) {
    auto connection = open_test("postgres");
    EXPECT_THROW(connection.query_row("SELECT 1 WHERE false"), Error);
    EXPECT_THROW(connection.query_row("VALUES (1), (2)"), Error);
}

TEST(Connection, StaysUsableAfterAFailedStatement) {
    auto connection = open_test("postgres");
    auto const error = pg_error_of([&] { connection.execute("SELECT 1; SELECT 1/0; SELECT 2"); });
    EXPECT_EQ(error.sqlstate(), "22012");
    EXPECT_THAT(error.what(), HasSubstr("(test): division by zero"));
    EXPECT_EQ(error.server_text(), "division by zero");
    EXPECT_EQ(connection.query_row("SELECT 7").integer(0, 0), 7);
}

TEST(Connection, RefusesACopyWhereNoDataIsExpected) {
    auto connection = open_test("postgres");
    EXPECT_THROW(connection.execute("COPY (SELECT 1) TO STDOUT"), Error);
    EXPECT_EQ(connection.query_row("SELECT 7").integer(0, 0), 7);
}

TEST(Connection, StreamsRowsInBinary) {
    auto connection = open_test("postgres");
    std::vector<std::string> rows;
    connection.stream("SELECT pg_catalog.int4send(n) FROM pg_catalog.generate_series(1, "
                      "$1::pg_catalog.int4) AS n",
                      {"3"}, [&](Result const &row) { rows.push_back(row.str(0, 0)); });
    EXPECT_THAT(rows, ElementsAre(std::string("\0\0\0\1", 4), std::string("\0\0\0\2", 4),
                                  std::string("\0\0\0\3", 4)));
}

TEST(Connection, StaysUsableWhenAStreamIsLeftInTheMiddle) {
    auto connection = open_test("postgres");
    EXPECT_THROW(
        connection.stream("SELECT * FROM pg_catalog.generate_series(1, 10000000)", {},
                          [](Result const & /*row*/) { throw std::runtime_error{"enough"}; }),
        std::runtime_error);
    EXPECT_EQ(connection.query_row("SELECT 7").integer(0, 0), 7);
    EXPECT_EQ(pg_error_of([&] {
                  connection.stream("SELECT 1/(n-3) FROM pg_catalog.generate_series(1,5) AS n", {},
                                    [](auto &) {});
              }).sqlstate(),
              "22012");
    EXPECT_EQ(connection.query_row("SELECT 7").integer(0, 0), 7);
}

TEST(Connection, LeavesNoServerProcessWhenALongQueryIsCancelled) {
    std::stop_source source;
    auto connection = open_test("postgres", source.get_token());
    auto watcher = open_test("postgres");
    int const pid = connection.backend_pid();
    auto running = std::async(std::launch::async, [&] {
        return error_of([&] { connection.execute("SELECT pg_catalog.pg_sleep(3600)"); });
    });
    auto const active = "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE query LIKE 'SELECT "
                        "pg_catalog.pg_sleep(3600%' AND pid = " +
                        std::to_string(pid);
    while (watcher.query_row(active).integer(0, 0) == 0) {
    }
    source.request_stop();
    EXPECT_EQ(running.get().kind(), ErrorKind::cancelled);
    EXPECT_FALSE(connection.usable());
    EXPECT_EQ(error_of([&] { connection.execute("SELECT 1"); }).kind(), ErrorKind::cancelled);
    expect_backend_gone(watcher, pid);
}

// A postmaster that is stopped takes connections, by its kernel's queue, and answers none of them.
class HungServer {
public:
    HungServer() { ::kill(scratch_server().pid(), SIGSTOP); }
    ~HungServer() { ::kill(scratch_server().pid(), SIGCONT); }
    HungServer(HungServer const &) = delete;
    HungServer &operator=(HungServer const &) = delete;
};

TEST(Connection, AHungServerDoesNotKeepItFromStopping) {
    std::stop_source source;
    std::vector<std::future<ErrorKind>> running;
    for (int i = 0; i < 3; ++i) {
        running.push_back(std::async(
            std::launch::async, [connection = open_test("postgres", source.get_token())]() mutable {
                auto const kind = error_of([&] {
                                      connection.execute("SELECT pg_catalog.pg_sleep(3600)");
                                  }).kind();
                Connection const gone = std::move(connection); // while its cancellation still waits
                return kind;
            }));
    }
    std::jthread signal; // joined once the server goes on
    {
        HungServer const hung;
        signal = std::jthread{[&] { source.request_stop(); }};
        for (auto &stopped : running) {
            // Far beyond the deadline; without one it is for ever.
            EXPECT_EQ(stopped.wait_for(60s), std::future_status::ready);
        }
    }
    for (auto &stopped : running) {
        EXPECT_EQ(stopped.get(), ErrorKind::cancelled);
    }
}

TEST(Connection, NoticesThatTheServerEndedTheSession) {
    auto connection = open_test("postgres");
    auto watcher = open_test("postgres");
    watcher.query_row("SELECT pg_catalog.pg_terminate_backend($1::pg_catalog.int4)",
                      {std::to_string(connection.backend_pid())});
    expect_backend_gone(watcher, connection.backend_pid());
    auto const error = pg_error_of([&] { connection.execute("SELECT 1"); });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_EQ(error.sqlstate(), "57P01");
    EXPECT_FALSE(connection.usable());
}

TEST(Connection, TellsWhatReachesTheSameServerAgain) {
    auto settings = scratch_connection("postgres");
    settings.keywords["client_encoding"] = "LATIN1";
    settings.keywords["host"] = "/tmp/no/such/folder," + settings.get("host");
    settings.keywords["port"] = settings.get("port") + "," + settings.get("port");
    Connection const first{settings, test_policy(), {}};
    auto const &effective = first.effective_settings();
    EXPECT_EQ(effective.get("host"), scratch_server().socket_folder());
    EXPECT_EQ(effective.get("port"), scratch_server().port());
    EXPECT_EQ(effective.get("dbname"), "postgres");
    EXPECT_EQ(effective.get("client_encoding"), "");
    EXPECT_EQ(effective.get("application_name"), "");
    Connection second{effective, test_policy(), {}};
    EXPECT_EQ(second.query_row("SELECT 1").integer(0, 0), 1);
}

TEST(Connection, ReachesDatabasesOfEveryName) {
    auto admin = open_test("postgres");
    for (std::string const name : {"a=b", "postgresql://x/y", "we\"ird / n\xC3\xA4me",
                                   "line\nbreak", "back\\slash", "q'q"}) {
        admin.execute("CREATE DATABASE " + quote_identifier(name));
        auto connection = open_test(name);
        EXPECT_EQ(connection.query_row("SELECT pg_catalog.current_database()").text(0, 0), name);
        Connection again{connection.effective_settings(), test_policy(), {}};
        EXPECT_EQ(again.query_row("SELECT pg_catalog.current_database()").text(0, 0), name);
    }
}

TEST(Connection, QuotesIdentifiersAsLibpqDoes) {
    auto const bytes =
        create_database("quote", "ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'");
    auto utf8 = open_test("postgres");
    auto ascii = open_test(bytes);
    auto const by_libpq = [](Connection &connection, std::string const &name) {
        std::unique_ptr<char, decltype(&PQfreemem)> const quoted{
            PQescapeIdentifier(connection.raw(), name.data(), name.size()), &PQfreemem};
        return quoted == nullptr ? std::string{"refused"} : std::string{quoted.get()};
    };
    for (std::string const name :
         {"a", "A b", "a\"b", "\"\"", "a'b", "a\\b", "a\nb", "n\xC3\xA4me", "a\x01\x1b[2J"}) {
        EXPECT_EQ(quote_identifier(name), by_libpq(utf8, name));
    }
    for (std::string const name : {"\xFF", "a\xE4\"b", "\xC3", "\xC3\""}) {
        EXPECT_EQ(quote_identifier(name), by_libpq(ascii, name));
    }
}

TEST(Connection, MovesWithItsServerProcess) {
    auto first = open_test("postgres");
    int const pid = first.backend_pid();
    Connection second = std::move(first);
    EXPECT_EQ(second.backend_pid(), pid);
    EXPECT_EQ(second.query_row("SELECT pg_catalog.pg_backend_pid()").integer(0, 0), pid);
}

} // namespace
} // namespace pgkeep
