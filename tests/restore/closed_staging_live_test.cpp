// Nobody else comes into a database while it is restored, and everybody who may comes in
// afterwards.

#include "restore/restore_fixture.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class ClosedStaging : public RestoreLive {
protected:
    ClosedStaging() : stranger_(new_role()), live_(create_database("live")) {
        run_sql(live_, "CREATE TABLE prices AS SELECT 'gold' AS item, 1000 AS eur;"
                       "GRANT SELECT, INSERT, UPDATE ON prices TO PUBLIC");
        archive_ = back_up(live_);
    }

    [[nodiscard]] static std::string new_role(std::string const &options = {}) {
        static int count = 0;
        std::string name = "stranger_" + std::to_string(++count);
        run_sql("postgres", "CREATE ROLE " + name + " LOGIN " + options);
        return name;
    }
    [[nodiscard]] static Connection connect(std::string const &database,
                                            std::string const &role = "postgres") {
        ConnectionSettings settings = scratch_connection(database);
        settings.keywords["user"] = role;
        return {settings, {"client", 0, {}, {}}, {}};
    }
    // What the server says to the stranger after each step, a line each.
    [[nodiscard]] RestoreHooks knocks(std::string &answers) const {
        return {[this, &answers](RestoreStep step, std::string const &staging) {
            if (step == RestoreStep::preflight || step == RestoreStep::safety ||
                step == RestoreStep::swapped) {
                return;
            }
            try {
                (void)connect(staging, stranger_);
                answers += "come in\n";
            } catch (PgError const &error) {
                answers += error.sqlstate() + error.what();
            }
        }};
    }
    [[nodiscard]] RestoreOptions replacing() const {
        RestoreOptions replace = options(live_);
        replace.existing = ExistingDatabase::replace;
        replace.repository = folder_.file("repository");
        return replace;
    }
    // Owner and ACL.
    [[nodiscard]] static std::string rights(std::string const &database) {
        return query_sql("postgres", "SELECT pg_get_userbyid(datdba), ARRAY(SELECT"
                                     " unnest(datacl)::text ORDER BY 1) FROM pg_database"
                                     " WHERE datname = '" +
                                         database + "'");
    }

    std::string stranger_;
    std::string live_;
    std::string archive_;
};

TEST_F(ClosedStaging, LetsNobodyInUntilItHasItsName) {
    std::string answers;
    std::string const target = new_name();
    EXPECT_TRUE(restore(archive_, options(target), knocks(answers)).proven);
    EXPECT_TRUE(restore(archive_, replacing(), knocks(answers)).proven);
    EXPECT_THAT(answers, HasSubstr("permission denied for database"));
    EXPECT_THAT(answers, testing::Not(HasSubstr("come in")));
    for (auto const &name : {target, live_}) {
        EXPECT_NO_THROW(connect(name, stranger_).execute("CREATE TEMPORARY TABLE t (i int)"));
        EXPECT_THROW(connect(name, stranger_).execute("CREATE SCHEMA s"), PgError);
    }
}

TEST_F(ClosedStaging, GetsTheRightsOfTheTargetWithItsName) {
    std::string const owner = new_role();
    run_sql("postgres", "ALTER DATABASE " + live_ + " OWNER TO " + owner +
                            "; REVOKE ALL ON DATABASE " + live_ +
                            " FROM PUBLIC; GRANT CONNECT ON DATABASE " + live_ + " TO " +
                            new_role() + " WITH GRANT OPTION");
    std::string const before = rights(live_);
    RestoreReport const report = restore(archive_, replacing());
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_EQ(rights(live_), before);
    EXPECT_THROW(connect(live_, stranger_), PgError);
}

TEST_F(ClosedStaging, EndsWhoIsInsideBeforeTheProof) {
    std::optional<Connection> guest;
    bool at_the_proof = true;
    (void)restore(archive_, options(new_name()),
                  {[&](RestoreStep step, std::string const &staging) {
                      if (step == RestoreStep::post_data) {
                          guest.emplace(connect(staging));
                          guest->execute("BEGIN; LOCK TABLE public.prices IN ACCESS SHARE MODE");
                      } else if (step == RestoreStep::proven) {
                          try {
                              guest->execute("SELECT 1");
                          } catch (PgError const &) {
                              at_the_proof = false;
                          }
                      }
                  }});
    EXPECT_FALSE(at_the_proof);
}

// Without INHERIT the role that logged in has no right of the role that it acts as.
TEST_F(ClosedStaging, IsOpenToTheRoleThatActsAsItsOwner) {
    std::string const owner = new_role("CREATEDB");
    std::string const login = new_role("NOINHERIT IN ROLE " + owner);
    run_sql("postgres", "ALTER DATABASE " + live_ + " OWNER TO " + owner);
    run_sql(live_,
            "ALTER TABLE prices OWNER TO " + owner + "; ALTER SCHEMA public OWNER TO " + owner);
    std::string const archive = back_up(live_);
    RestoreOptions replace = replacing();
    replace.connection.keywords["user"] = login;
    replace.role = owner;
    RestoreReport const report = restore(archive, replace);
    EXPECT_TRUE(report.proven);
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_EQ(rights(live_), owner + "|{=Tc/" + owner + "," + owner + "=CTc/" + owner + "}");
    RestoreOptions into = replace;
    into.target = new_name();
    into.no_owner = true;
    EXPECT_THAT(restore(archive, into).warnings, IsEmpty());
    EXPECT_EQ(rights(into.target), rights(live_));
}

} // namespace
} // namespace pgkeep
