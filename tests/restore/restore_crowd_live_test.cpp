// Restores while all connections of the server are taken.

#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <list>
#include <thread>

using namespace pgkeep;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class RestoreCrowd : public RestoreLive {
protected:
    RestoreCrowd() {
        run_sql("postgres", "DO $$ BEGIN IF pg_catalog.to_regrole('mob') IS NULL THEN "
                            "CREATE ROLE mob LOGIN CREATEDB; END IF; END $$");
        std::string const database = create_database();
        run_sql(database, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        archive_ = back_up(database);
        options_ = options(new_name());
        options_.connection.keywords["user"] = "mob";
        options_.no_owner = true;
        options_.jobs = 4;
    }
    // Sessions of a role that is no superuser, until the server takes no more of them.
    void crowd() {
        ConnectPolicy policy;
        policy.label = "crowd";
        policy.retries = 0;
        try {
            while (crowd_.size() < 1000) {
                crowd_.emplace_back(options_.connection, policy, std::stop_token{});
            }
            ADD_FAILURE() << "the server takes any number of connections";
        } catch (PgError const &error) {
            EXPECT_EQ(error.sqlstate(), "53300") << error.what();
        }
    }

    std::string archive_;
    RestoreOptions options_;
    std::list<Connection> crowd_;
};

} // namespace

TEST_F(RestoreCrowd, IsRefusedBeforeAnythingIsMade) {
    crowd();
    Error const error = error_of([&] { (void)restore(archive_, options_); });
    EXPECT_EQ(error.kind(), ErrorKind::connection) << error.what();
    EXPECT_THAT(error.what(),
                AnyOf(HasSubstr("remaining connection slots"), HasSubstr("too many")));
    EXPECT_THAT(error.hint(), HasSubstr("--jobs"));
    EXPECT_FALSE(exists(options_.target));
    EXPECT_THAT(staging_left(), IsEmpty());
}

TEST_F(RestoreCrowd, GoesOnWhenConnectionsComeFreeInTime) {
    crowd();
    std::jthread const relief{[this] {
        std::this_thread::sleep_for(std::chrono::milliseconds{300});
        crowd_.clear();
    }};
    options_.policy.retries = 5;
    options_.policy.retry_delay = std::chrono::milliseconds{200};
    EXPECT_TRUE(restore(archive_, options_).proven);
}

// The one that staging's own session gives back is enough to clean up.
TEST_F(RestoreCrowd, ThatComesInTheMiddleLeavesNothingUnsaid) {
    Error const error = error_of([&] {
        (void)restore(archive_, options_, {[this](RestoreStep step, std::string const &) {
                          if (step == RestoreStep::created) {
                              crowd();
                          }
                      }});
    });
    EXPECT_THAT(error.what(),
                AnyOf(HasSubstr("remaining connection slots"), HasSubstr("too many")));
    EXPECT_FALSE(exists(options_.target));
    std::string const left = staging_left();
    EXPECT_TRUE(left.empty() || std::string{error.what()}.find(left) != std::string::npos)
        << left << " is left, and " << error.what();
    crowd_.clear();
    if (!left.empty()) {
        run_sql("postgres", "DROP DATABASE \"" + left.substr(0, left.find('\n')) + "\"");
    }
}
