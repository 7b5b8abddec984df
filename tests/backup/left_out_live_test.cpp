// What pg_dump leaves out and only warns of.

#include "backup/backup_fixture.hpp"
#include "support/log_capture.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class BackupLeftOut : public BackupLive {
protected:
    static std::string database_with_subscription() {
        std::string database = create_database("subscribed");
        run_sql(database, "CREATE TABLE t(i int); CREATE SUBSCRIPTION s CONNECTION 'host=nowhere "
                          "dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE)");
        return database;
    }
};

} // namespace

TEST_F(BackupLeftOut, IsSaidAndReported) {
    std::string const database = database_with_subscription();
    run_sql("postgres", "CREATE ROLE reader LOGIN BYPASSRLS IN ROLE pg_read_all_data");
    BackupOptions as_reader = options(database);
    as_reader.connection.keywords["user"] = "reader";
    LogCapture const log{LogLevel::warning};
    BackupReport const report = back_up(as_reader);
    EXPECT_THAT(report.left_out, ElementsAre(HasSubstr("subscriptions not dumped")));
    EXPECT_THAT(log.text(), HasSubstr("pg_dump warns: subscriptions not dumped"));
}

TEST_F(BackupLeftOut, IsNothingForASuperuser) {
    std::string const database = database_with_subscription();
    BackupReport const report = back_up(options(database));
    EXPECT_THAT(report.left_out, IsEmpty());
    EXPECT_EQ(query_sql(copy_with_psql(report.archive),
                        "SELECT count(*) FROM pg_subscription s JOIN pg_database d ON d.oid = "
                        "s.subdbid WHERE d.datname = current_database()"),
              "1");
}

// In a repository of several clusters its archives are nobody's.
TEST_F(BackupLeftOut, TheClusterIsMissedByARoleThatMayNotAskForIt) {
    std::string const database = create_database("untold");
    run_sql(database, "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC;"
                      "CREATE ROLE unasked LOGIN BYPASSRLS IN ROLE pg_read_all_data");
    BackupOptions as_reader = options(database);
    LogCapture const log{LogLevel::warning};
    static_cast<void>(back_up(as_reader));
    EXPECT_EQ(log.text(), "");
    as_reader.connection.keywords["user"] = "unasked";
    EXPECT_EQ(back_up(as_reader).manifest.origin.system_identifier, "");
    EXPECT_THAT(log.text(), HasSubstr("may not ask which cluster it is in"));
}
