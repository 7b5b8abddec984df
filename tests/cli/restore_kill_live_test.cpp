// A restore that replaces a live database, killed at many moments in many ways: whatever happens,
// the name answers with the old content or with the proven new one, and what is left is found.

#include "program_runner.hpp"

#include <chrono>
#include <thread>

namespace pgkeep {
namespace {

constexpr int kMoments = 60;

class RestoreKills : public ProgramsLive {
protected:
    void SetUp() override {
        live_ = create_database("live");
        run_sql(live_, "CREATE TABLE goods AS SELECT i AS id, 'new ' || i AS name FROM "
                       "generate_series(1, 20000) i; ALTER TABLE goods ADD PRIMARY KEY (id); "
                       "CREATE INDEX ON goods (name); CREATE SEQUENCE numbers START 7");
        ASSERT_EQ(run("pgkeep-backup \"$1\"", {live_}).exit_code, 0);
        run_sql(live_, "UPDATE goods SET name = 'old ' || id; CREATE TABLE only_old ()");
        new_ = content("new ", "t");
        old_ = content("old ", "f");
        run_sql("postgres", "CREATE DATABASE old_" + live_ + " TEMPLATE " + live_);
    }

    static std::string content(std::string const &prefix, std::string const &lacks_only_old) {
        return "20000|20000|" + prefix + "1|" + lacks_only_old;
    }
    std::string content_now() {
        return query_sql(live_, "SELECT count(*), count(DISTINCT name), (SELECT name FROM goods "
                                "WHERE id = 1), to_regclass('only_old') IS NULL FROM goods WHERE "
                                "name LIKE (SELECT left(name, 4) FROM goods WHERE id = 1) || '%'");
    }

    // The whole restore, and how long it took.
    std::chrono::milliseconds full_run() {
        auto const start = std::chrono::steady_clock::now();
        EXPECT_EQ(run(kRestore, {live_}).exit_code, 0);
        EXPECT_EQ(content_now(), new_);
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - start);
    }

    void put_old_back() {
        run_sql("postgres", "DROP DATABASE IF EXISTS " + live_ + " WITH (FORCE)");
        run_sql("postgres", "CREATE DATABASE " + live_ + " TEMPLATE old_" + live_);
    }

    // Starts the restore, does `fault` after `delay`, and waits for its end.
    ShellResult restore_with(std::string const &fault, std::chrono::milliseconds delay) {
        return run(std::string{"set -m; "} + kRestore + " 2>$T/err & job=$!; set +m; sleep $2; " +
                       fault + "; wait $job; exit $?",
                   {live_, std::to_string(static_cast<double>(delay.count()) / 1000)});
    }

    void wait_for_server() {
        for (int i = 0; i < 200; ++i) {
            if (run("psql -Xqd postgres -c 'SELECT 1' >/dev/null 2>&1").exit_code == 0) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
        FAIL() << "the server does not answer any more";
    }

    // What a dead run left is named by the next one, with the command that removes it.
    void expect_left_overs_named() {
        expect_no_sessions(); // a run whose sessions live is not dead
        std::string const left =
            query_sql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + live_ +
                                      "\\_\\_%' ORDER BY 1");
        ShellResult const next = run("pgkeep-restore --dry-run -d \"$1\" latest", {live_});
        EXPECT_EQ(next.exit_code, 0) << next.err;
        std::istringstream names{left};
        for (std::string name; std::getline(names, name);) {
            EXPECT_NE(next.err.find("DROP DATABASE \"" + name + "\""), std::string::npos)
                << name << " is not named in\n"
                << next.err;
            run_sql("postgres", "DROP DATABASE " + name + " WITH (FORCE)");
        }
    }

    static constexpr char const *kRestore = "pgkeep-restore -y -j2 --connect-retries=0 -d \"$1\" "
                                            "latest";
    std::string live_;
    std::string old_;
    std::string new_;
};

TEST_F(RestoreKills, AtSixtyMomentsTheTargetHasItsOldOrTheProvenNewContent) {
    std::vector<std::string> const faults{
        "kill -9 $job 2>/dev/null", // the program
        "psql -XAtqd postgres -c \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
        "application_name LIKE 'pgkeep%' OR application_name = 'pg_restore' ORDER BY random() "
        "LIMIT 1\" >/dev/null", // one connection
        "kill -INT $job 2>/dev/null",
        "kill -9 $(psql -XAtqd postgres -c \"SELECT pid FROM pg_stat_activity WHERE "
        "application_name LIKE 'pgkeep%' LIMIT 1\") 2>/dev/null", // the server recovers from a
                                                                  // crash
    };
    auto const whole = full_run();
    int became_new = 0;
    int failed = 0;
    for (int moment = 0; moment < kMoments; ++moment) {
        put_old_back();
        std::string const &fault = faults[static_cast<std::size_t>(moment) % faults.size()];
        ShellResult const result = restore_with(fault, whole * (moment / 4 * 4 + 2) / kMoments);
        wait_for_server();
        std::string const found = content_now();
        ASSERT_TRUE(found == old_ || found == new_)
            << fault << " at moment " << moment << " left " << found;
        if (result.exit_code == 0) {
            EXPECT_EQ(found, new_) << fault << " at moment " << moment;
        }
        became_new += found == new_ ? 1 : 0;
        failed += result.exit_code != 0 ? 1 : 0;
        expect_left_overs_named();
        if (HasFailure()) {
            break;
        }
    }
    RecordProperty("moments", kMoments);
    RecordProperty("became_new", became_new);
    EXPECT_GT(failed, kMoments / 3) << "most faults came too late to be one";
}

} // namespace
} // namespace pgkeep
