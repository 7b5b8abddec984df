#include "cli/backup_request.hpp"
#include "cli/command_line.hpp"
#include "cli/config_file.hpp"
#include "cli/retention_request.hpp"
#include "support/errors.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

Options parse(std::vector<std::string> const &arguments, std::string_view config = {}) {
    Options options{ProgramId::backup};
    parse_command_line(arguments, options);
    parse_config_file(config, "pgkeep.conf", options);
    return options;
}

RetentionRequest retention(std::vector<std::string> const &arguments,
                           std::string_view config = {}) {
    return make_retention_request(parse(arguments, config));
}

RepositoryRequest work(std::vector<std::string> const &arguments, std::string_view config = {}) {
    return make_repository_request(parse(arguments, config));
}

std::string refusal(std::vector<std::string> const &arguments) {
    Error const error = error_of([&] {
        static_cast<void>(retention(arguments));
        static_cast<void>(work(arguments));
    });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
}

using Names = std::vector<std::string>;

TEST(RetentionRequests, WithoutOptionsHaveNoRuleAndTheGateAtHalf) {
    RetentionRequest const request = retention({});
    EXPECT_TRUE(request.policy.empty());
    EXPECT_TRUE(request.prune);
    EXPECT_EQ(request.anomaly_percent, 50U);
    EXPECT_EQ(request.policy.calendar, Calendar::utc);
}

TEST(RetentionRequests, TakeEveryRule) {
    RetentionPolicy const policy =
        retention({"--retention-days=7", "--keep-last=1", "--keep-hourly=2", "--keep-daily=3",
                   "--keep-weekly=4", "--keep-monthly=5", "--keep-yearly=6", "--keep-within=1d12h",
                   "--min-keep=8", "--keep-safety=2w", "--calendar=local"})
            .policy;
    EXPECT_EQ(policy.max_age, std::chrono::days{7});
    EXPECT_EQ(policy.last, 1U);
    EXPECT_EQ(policy.hourly, 2U);
    EXPECT_EQ(policy.daily, 3U);
    EXPECT_EQ(policy.weekly, 4U);
    EXPECT_EQ(policy.monthly, 5U);
    EXPECT_EQ(policy.yearly, 6U);
    EXPECT_EQ(policy.within, std::chrono::hours{36});
    EXPECT_EQ(policy.min_keep, 8U);
    EXPECT_EQ(policy.keep_safety, std::chrono::weeks{2});
    EXPECT_EQ(policy.calendar, Calendar::local);
}

TEST(RetentionRequests, ComeFromTheConfigurationFileToo) {
    auto const config = "retention-days = 7\nanomaly-rows = 0\nno-prune = on\ncalendar = local\n";
    RetentionRequest const request = retention({}, config);
    EXPECT_EQ(request.policy.max_age, std::chrono::days{7});
    EXPECT_EQ(request.anomaly_percent, 0U);
    EXPECT_FALSE(request.prune);
    EXPECT_EQ(retention({"--retention-days=30"}, config).policy.max_age, std::chrono::days{30});
}

TEST(RetentionRequests, ARuleThatWouldRemoveAlmostAllIsRefused) {
    EXPECT_THROW(static_cast<void>(retention({"--retention-days=0"})), Error);
    EXPECT_NE(refusal({"--keep-within=0"}).find("--keep-within"), std::string::npos);
    EXPECT_NE(refusal({"--keep-within=500ms"}).find("--keep-within"), std::string::npos);
    EXPECT_TRUE(retention({"--keep-daily=0"}).policy.empty());
}

TEST(RetentionRequests, WorkOnTheRepositoryNeedsNoDatabase) {
    EXPECT_FALSE(wants_repository_work(parse({"--retention-days=7"})));
    EXPECT_TRUE(wants_repository_work(parse({"--prune-only"})));
    EXPECT_TRUE(wants_repository_work(parse({"--dry-run"})));
    EXPECT_TRUE(wants_repository_work(parse({"--hold=latest"})));
    EXPECT_TRUE(work({"--prune-only"}).databases.empty());
    EXPECT_TRUE(work({"--dry-run"}, "dbname = app\nall = on\n").databases.empty());
}

TEST(RetentionRequests, TakeTheDatabasesOfTheCommandLine) {
    EXPECT_EQ(work({"--prune-only", "-d", "host=db1 dbname=app"}).databases, Names{"app"});
    EXPECT_EQ(work({"--dry-run", "a", "b"}).databases, (Names{"a", "b"}));
    EXPECT_EQ(work({"--hold=latest", "a"}).only_database(), "a");
    EXPECT_EQ(work({"--prune-only", "-x", "tmp*"}).excluded_databases, Names{"tmp*"});
}

TEST(RetentionRequests, RefuseWhatContradictsItself) {
    EXPECT_NE(refusal({"--prune-only", "--hold=latest"}).find("--hold"), std::string::npos);
    EXPECT_NE(refusal({"--dry-run", "--no-prune"}).find("--no-prune"), std::string::npos);
    EXPECT_NE(refusal({"--dry-run", "--file=x"}).find("--file"), std::string::npos);
    EXPECT_NE(refusal({"--prune-only", "--globals"}).find("--globals"), std::string::npos);
    EXPECT_NE(refusal({"--prune-only", "--all", "a"}).find("--all"), std::string::npos);
    EXPECT_NE(refusal({"--hold=latest", "a", "b"}).find("at most one"), std::string::npos);
    EXPECT_NE(refusal({"--prune-only", "-d", "host=db1"}).find("no database"), std::string::npos);
}

TEST(RetentionRequests, MarksAndPruningAreForTheCommandLineOnly) {
    for (char const *line : {"prune-only = on\n", "dry-run = on\n", "hold = latest\n",
                             "release = latest\n", "adopt = x\n"}) {
        EXPECT_THROW(static_cast<void>(parse({}, line)), Error) << line;
    }
}

} // namespace
} // namespace pgkeep
