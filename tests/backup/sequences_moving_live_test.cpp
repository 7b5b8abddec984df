// Sequences whose definition changes while they are saved: an archive has definition and value of
// one moment, or cannot be restored.

#include "backup/backup_fixture.hpp"
#include "backup/hooked_progress.hpp"
#include "support/log_capture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

using namespace pgkeep;
using namespace std::chrono_literals;

namespace {

class BackupMovingSequences : public BackupLive {
protected:
    static constexpr char const *kOutgrow =
        "ALTER SEQUENCE t_id_seq AS bigint; SELECT setval('t_id_seq', 3000000000)";

    static std::string database_with_rows() {
        std::string database = create_database("outgrown");
        run_sql(database, "CREATE TABLE t(id serial, v text); INSERT INTO t(v) SELECT (SELECT "
                          "string_agg(md5(random()::text), '') FROM generate_series(1, 30) j WHERE "
                          "i > 0) FROM generate_series(1, 2500) i");
        return database;
    }
    // Fails unless gunzip and psql can restore it.
    static std::string is_ahead(std::string const &archive) {
        return query_sql(copy_with_psql(archive), "SELECT nextval('t_id_seq') > max(id) FROM t");
    }
};

} // namespace

TEST_F(BackupMovingSequences, AreReadAnewWhenTheyOutgrowWhatPgDumpReads) {
    std::string const database = database_with_rows();
    HookedProgress progress{[&](std::string_view name, int time) {
        if (name == "data" && time == 1) { // pg_dump still reads
            run_sql(database, kOutgrow);
        }
    }};
    auto const report =
        backup_database(options(database), repository(), stop_.get_token(), progress);
    EXPECT_EQ(report.manifest.sequences.at(0).last_value, 3'000'000'000);
    EXPECT_EQ(is_ahead(report.archive), "t");
}

TEST_F(BackupMovingSequences, HaveTheValueFromBeforeTheCopy) {
    std::string const database = database_with_rows();
    BackupOptions slow = options(database);
    slow.max_rate = 500'000; // three seconds
    slow.jobs = 1;
    LogCapture const log;
    std::jthread const application{[&](std::stop_token const &stop) {
        while (log.text().find("with 1 tables") == std::string::npos) {
            if (stop.stop_requested()) {
                return;
            }
            std::this_thread::sleep_for(10ms);
        }
        run_sql(database, kOutgrow);
    }};
    auto const report = back_up(slow);
    EXPECT_EQ(report.manifest.sequences.at(0).last_value, 2500);
    EXPECT_EQ(is_ahead(report.archive), "t");
}
