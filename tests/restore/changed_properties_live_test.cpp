// What of a database itself changed while it was restored goes over to its successor.

#include "pg/backup_catalog.hpp"
#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class ChangedProperties : public RestoreLive {
protected:
    ChangedProperties() : live_(create_database("live")), leaver_("leaver_of_" + live_) {
        run_sql("postgres", "CREATE ROLE " + leaver_ + "; REVOKE CONNECT ON DATABASE " + live_ +
                                " FROM PUBLIC; GRANT CONNECT ON DATABASE " + live_ + " TO " +
                                leaver_ + "; ALTER DATABASE " + live_ +
                                " SET work_mem = '5MB'; ALTER ROLE " + leaver_ + " IN DATABASE " +
                                live_ + " SET work_mem = '6MB'");
        run_sql(live_, "CREATE TABLE goods AS SELECT 1 AS id");
        archive_ = back_up(live_);
    }

    RestoreReport restore_while(std::string const &sql, RestoreStep when = RestoreStep::proven) {
        RestoreOptions replace = options(live_);
        replace.existing = ExistingDatabase::replace;
        replace.repository = folder_.file("repository");
        return restore(archive_, replace, {[&](RestoreStep step, std::string const &) {
                           if (step == when) {
                               run_sql("postgres", sql);
                               changed_ = properties();
                           }
                       }});
    }
    [[nodiscard]] DatabaseProperties properties() const {
        Connection connection{scratch_connection(live_), {"test", 0, {}, {}}, {}};
        return read_database_properties(connection);
    }

    std::string live_;
    std::string leaver_;
    std::string archive_;
    DatabaseProperties changed_;
};

TEST_F(ChangedProperties, GoOverToTheNewDatabase) {
    std::string const database = "DATABASE " + live_;
    RestoreReport const report = restore_while(
        "REVOKE CONNECT ON " + database + " FROM " + leaver_ + "; GRANT TEMPORARY ON " + database +
        " TO PUBLIC; ALTER " + database + " SET statement_timeout = '5s'; ALTER " + database +
        " RESET work_mem; ALTER " + database + " CONNECTION LIMIT 50; ALTER ROLE " + leaver_ +
        " IN " + database + " RESET ALL; ALTER ROLE " + leaver_ + " IN " + database +
        " SET search_path = 'nowhere', public; COMMENT ON " + database + " IS 'changed'");
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_FALSE(report.attention);
    DatabaseProperties const now = properties();
    EXPECT_EQ(now.acl, changed_.acl);
    EXPECT_EQ(now.settings, changed_.settings);
    EXPECT_EQ(now.connection_limit, 50);
    EXPECT_EQ(now.comment, "changed");
    EXPECT_THAT(report.old_database, IsEmpty());
}

TEST_F(ChangedProperties, KeepTheOldDatabaseWhenTheyCannot) {
    RestoreReport const report = restore_while(
        "INSERT INTO pg_shseclabel SELECT oid, 'pg_database'::regclass, 'selinux', 'secret' FROM"
        " pg_database WHERE datname = '" +
        live_ + "'");
    EXPECT_TRUE(report.attention);
    EXPECT_THAT(report.warnings, Contains(HasSubstr("the security label of selinux")));
    EXPECT_TRUE(exists(report.old_database));
    run_sql("postgres", "DELETE FROM pg_shseclabel");
}

} // namespace
} // namespace pgkeep
