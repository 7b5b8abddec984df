#include "base/log.hpp"
#include "pg/live.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto kPassword = "Trüffel 'n\\ 99";

// A server of its own, since that of the other tests asks for no password.
class Authentication : public testing::Test {
protected:
    static void SetUpTestSuite() {
        ScratchOptions options;
        options.password = kPassword;
        server_ = std::make_unique<ScratchServer>(options, std::stop_token{});
    }
    static void TearDownTestSuite() { server_.reset(); }

    static ConnectionSettings settings() {
        return {{{"host", server_->socket_folder()},
                 {"port", server_->port()},
                 {"user", server_->user()},
                 {"dbname", "postgres"},
                 {"passfile", "/tmp/no/such/passfile"}}};
    }

    static std::unique_ptr<ScratchServer> server_;
};

std::unique_ptr<ScratchServer> Authentication::server_;

TEST_F(Authentication, ConnectsWithThePasswordAndPassesItOn) {
    auto with_password = settings();
    with_password.keywords["password"] = kPassword;
    Connection const connection{with_password, test_policy(), {}};
    EXPECT_EQ(connection.effective_settings().environment().at("PGPASSWORD"), kPassword);
}

TEST_F(Authentication, NeverTriesAWrongPasswordAgainAndNeverTellsIt) {
    auto wrong = settings();
    wrong.keywords["password"] = "geheimnis";
    auto policy = test_policy();
    policy.retries = 5;
    policy.retry_delay = std::chrono::hours{1}; // would hang
    auto const error = pg_error_of([&] { Connection{wrong, policy, {}}; });
    EXPECT_EQ(error.kind(), ErrorKind::authentication);
    EXPECT_EQ(error.sqlstate(), "28P01");
    EXPECT_THAT(error.what(), HasSubstr("password authentication failed for user \"postgres\""));
    EXPECT_THAT(std::string{error.what()} + error.hint(), Not(HasSubstr("geheimnis")));
    EXPECT_EQ(redacted("geheimnis"), "***");
}

TEST_F(Authentication, SaysThatAPasswordIsMissingWhenNobodyCanBeAsked) {
    auto const error = pg_error_of([] { Connection{settings(), test_policy(), {}}; });
    EXPECT_EQ(error.kind(), ErrorKind::authentication);
    EXPECT_THAT(error.hint(), HasSubstr("PGPASSWORD"));
}

TEST_F(Authentication, AsksOnceForAMissingPassword) {
    auto policy = test_policy();
    std::vector<std::string> prompts;
    policy.ask_password = [&](std::string const &prompt) {
        prompts.push_back(prompt);
        return std::string{kPassword};
    };
    Connection const connection{settings(), policy, {}};
    EXPECT_THAT(prompts, testing::ElementsAre("Password for user postgres: "));
    EXPECT_EQ(connection.effective_settings().get("password"), kPassword);
}

} // namespace
} // namespace pgkeep
