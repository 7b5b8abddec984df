#include "pg/live.hpp"
#include "pg/pipeline.hpp"

#include <gmock/gmock.h>

#include <stop_token>
#include <thread>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class RunPipelined : public testing::Test {
protected:
    void SetUp() override {
        connection_.execute("CREATE TABLE public.t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED,"
                            " b int CHECK (b > 0))");
    }

    [[nodiscard]] std::int64_t rows() {
        return connection_.query_row("SELECT count(*) FROM public.t").integer(0, 0);
    }

    // What the server says when it fails.
    std::string complaint(std::vector<std::string> const &statements) {
        try {
            run_pipelined(connection_, statements, done_);
        } catch (PgError const &error) {
            return error.server_text();
        }
        return "none";
    }

    Connection connection_ = open_test(create_database("pipeline"));
    std::size_t done_ = 0;
};

TEST_F(RunPipelined, RunsAll) {
    std::vector<std::string> statements;
    for (int i = 0; i < 20'000; ++i) {
        statements.push_back("INSERT INTO public.t VALUES (" + std::to_string(i) + ", 1);");
    }
    run_pipelined(connection_, statements, done_);
    EXPECT_EQ(done_, statements.size());
    EXPECT_EQ(rows(), 20'000);
}

TEST_F(RunPipelined, RunsNoneWhenOneFailsAndSaysWhich) {
    EXPECT_THAT(
        complaint({"INSERT INTO public.t VALUES (1, 1);", "INSERT INTO public.t VALUES (2, 0);",
                   "INSERT INTO public.t VALUES (3, 1);"}),
        HasSubstr("check constraint"));
    EXPECT_EQ(done_, 1U);
    EXPECT_EQ(rows(), 0);
}

TEST_F(RunPipelined, RefusesASecondStatementInAText) {
    EXPECT_THAT(complaint({"INSERT INTO public.t VALUES (1, 1); DROP TABLE public.t;"}),
                HasSubstr("multiple commands"));
    EXPECT_EQ(rows(), 0);
}

TEST_F(RunPipelined, ReportsWhatOnlyTheEndShows) {
    EXPECT_THAT(
        complaint({"INSERT INTO public.t VALUES (1, 1);", "INSERT INTO public.t VALUES (1, 1);"}),
        HasSubstr("duplicate key"));
    EXPECT_EQ(done_, 2U);
    EXPECT_EQ(rows(), 0);
}

TEST_F(RunPipelined, ReportsAConnectionThatBreaks) {
    EXPECT_THROW(run_pipelined(connection_,
                               {"SELECT pg_catalog.pg_terminate_backend(pg_backend_pid());",
                                "INSERT INTO public.t VALUES (1, 1);"},
                               done_),
                 PgError);
    EXPECT_FALSE(connection_.usable());
}

TEST_F(RunPipelined, StopsWhenTheTokenFires) {
    std::stop_source stop;
    auto connection = open_test("postgres", stop.get_token());
    std::jthread const killer{[&] {
        connection_.execute("DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE "
                            "wait_event = 'PgSleep') LOOP PERFORM pg_stat_clear_snapshot(); END "
                            "LOOP; END $$");
        stop.request_stop();
    }};
    try {
        run_pipelined(connection, {"SELECT 1;", "SELECT pg_catalog.pg_sleep(60);"}, done_);
        FAIL() << "it went on";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
}

} // namespace
} // namespace pgkeep
