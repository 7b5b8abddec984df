#include "cli/status_report.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;

Time const kNow = parse_stamp("20260120_080000").value();

DatabaseStatus status(std::string const &name, Health health, std::chrono::seconds age) {
    DatabaseStatus status;
    status.database = name;
    status.health = health;
    status.archives = 7;
    status.total_size = 7 * 4096;
    status.newest = StatusArchive{"/srv/a.sql.gz", kNow - 1h, kNow - 1h, 4096, 12};
    if (health != Health::no_proof) {
        status.newest_proven = StatusArchive{"/srv/b.sql.gz", kNow - age, kNow - age, 4096, 12};
    }
    return status;
}

TEST(StatusReport, TheTableHasOneLineADatabaseAndFitsEightyColumns) {
    auto good = status("app", Health::good, 3h);
    good.newest_drilled = StatusArchive{"/srv/c.sql.gz", kNow - 48h, kNow - 48h, 1, 1};
    good.size_trend = -3;
    std::string const text = format_status({good, status("shop", Health::no_proof, 0s)}, kNow);
    EXPECT_EQ(text,
              "database  state       newest  proven  drilled  archives  gaps   total  trend\n"
              "app       ok              1h      3h       2d         7     0  28 KiB    -3%\n"
              "shop      NOT PROVEN      1h   never    never         7     0  28 KiB      -\n");
    EXPECT_LE(text.find('\n'), 80U);
}

TEST(StatusReport, NagiosSaysOkWithPerformanceData) {
    auto const result = nagios_status({status("app", Health::good, 3h)}, kNow, 26h);
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.line, "PGKEEP OK - 1 database with a proven archive | 'app "
                           "age'=10800s;;93600;0 'app size'=4096B;;;0\n");
}

TEST(StatusReport, NagiosTakesTheWorstDatabaseAndNamesWhatIsWrong) {
    auto const result = nagios_status(
        {status("app", Health::newest_failed, 3h), status("a|b='c", Health::too_old, 30h)}, kNow,
        26h);
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.line,
              "PGKEEP CRITICAL - app: the newest archive is damaged or failed its last check; the "
              "newest proven one is 3h old; a/b='c: the newest proven archive is 1d old | 'app "
              "age'=10800s;;93600;0 'app size'=4096B;;;0 'a|b__c age'=108000s;;93600;0 'a|b__c "
              "size'=4096B;;;0\n");
}

TEST(StatusReport, NagiosDoesNotCallAnEmptyRepositoryGood) {
    auto const result = nagios_status({}, kNow, std::nullopt);
    EXPECT_EQ(result.code, 3);
    EXPECT_EQ(result.line, "PGKEEP UNKNOWN - there are no archives\n");
}

TEST(StatusReport, NagiosGetsOneLineOfWhatKeptTheStatusFromBeingRead) {
    EXPECT_EQ(nagios_unknown("there is no repository /a|b\nc"),
              "PGKEEP UNKNOWN - there is no repository /a/b c\n");
}

TEST(StatusReport, JsonHasNullForWhatThereIsNot) {
    auto const list = status_json({status("app", Health::no_proof, 0s)}, kNow);
    EXPECT_EQ(list[0].at("state"), "NOT PROVEN");
    EXPECT_TRUE(list[0].at("newest_proven").is_null());
    EXPECT_EQ(list[0].at("newest").at("age_seconds"), 3600);
}

} // namespace
} // namespace pgkeep
