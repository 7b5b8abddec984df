#include "cli/metrics_text.hpp"
#include "support/metrics_parser.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

constexpr Time at(std::int64_t seconds) {
    return Time{std::chrono::duration_cast<Time::duration>(std::chrono::seconds{seconds})};
}

DatabaseStatus status_of(std::string const &database) {
    DatabaseStatus status;
    status.database = database;
    status.system_identifier = "7301";
    status.newest = StatusArchive{"/r/a", at(2000), at(2010), 123, 456};
    status.newest_proven = StatusArchive{"/r/b", at(1000), at(1010), 100, 400};
    status.archives = 7;
    return status;
}

BackupOutcome outcome_of(std::string const &database, int code, std::int64_t ended) {
    BackupOutcome outcome;
    outcome.database = database;
    outcome.exit_code = code;
    outcome.duration = std::chrono::milliseconds{12034};
    outcome.ended = at(ended);
    return outcome;
}

MetricsInput input_at(std::int64_t now) {
    MetricsInput input;
    input.now = at(now);
    return input;
}

std::string const kApp = "database=app;cluster=7301;";

TEST(Metrics, SayWhatTheRepositoryHolds) {
    MetricsInput input = input_at(3000);
    input.databases = {status_of("app")};
    input.repository_bytes = 5000;
    input.free_bytes = 6000;
    Metrics const metrics = parse_metrics(format_metrics(input));
    EXPECT_EQ(metrics.at("pgkeep_last_backup_timestamp_seconds").at(kApp), 2000);
    EXPECT_EQ(metrics.at("pgkeep_last_proven_timestamp_seconds").at(kApp), 1000);
    EXPECT_FALSE(metrics.contains("pgkeep_last_drilled_timestamp_seconds"));
    EXPECT_EQ(metrics.at("pgkeep_archive_size_bytes").at(kApp), 123);
    EXPECT_EQ(metrics.at("pgkeep_archive_rows").at(kApp), 456);
    EXPECT_EQ(metrics.at("pgkeep_archives").at(kApp), 7);
    EXPECT_EQ(metrics.at("pgkeep_repository_bytes").at(""), 5000);
    EXPECT_EQ(metrics.at("pgkeep_repository_free_bytes").at(""), 6000);
}

TEST(Metrics, SayHowTheRunEnded) {
    MetricsInput input = input_at(3000);
    input.backups = {outcome_of("app", 0, 2900), outcome_of("web", 1, 2950)};
    input.run = outcome_of("", 3, 3000);
    Metrics const metrics = parse_metrics(format_metrics(input));
    EXPECT_EQ(metrics.at("pgkeep_last_exit_code").at("database=app;"), 0);
    EXPECT_EQ(metrics.at("pgkeep_last_exit_code").at("database=web;"), 1);
    EXPECT_EQ(metrics.at("pgkeep_backup_duration_seconds").at("database=app;"), 12.034);
    EXPECT_EQ(metrics.at("pgkeep_last_run_timestamp_seconds").at("database=web;"), 2950);
    EXPECT_EQ(metrics.at("pgkeep_last_success_timestamp_seconds").at("database=app;"), 2900);
    EXPECT_FALSE(metrics.at("pgkeep_last_success_timestamp_seconds").contains("database=web;"));
    EXPECT_EQ(metrics.at("pgkeep_run_exit_code").at(""), 3);
}

TEST(Metrics, OddNamesComeBackAsTheyAre) {
    for (std::string const name :
         {"a\"b", "a\\b", "a\nb", "x\"} 1", "\\n", "", "ünï", "{a=\"b\",c=\"d\"} 7\n# TYPE x"}) {
        MetricsInput input = input_at(3000);
        input.databases = {status_of(name)};
        input.backups = {outcome_of(name, 1, 2900)};
        input.previous = format_metrics(input);
        input.backups.clear();
        Metrics const metrics = parse_metrics(format_metrics(input));
        EXPECT_EQ(metrics.at("pgkeep_archives").begin()->first,
                  "database=" + name + ";cluster=7301;");
        EXPECT_EQ(metrics.at("pgkeep_last_exit_code").at("database=" + name + ";"), 1) << name;
    }
}

TEST(Metrics, ANameThatIsNoUtf8IsShownAsMessagesShowIt) {
    EXPECT_EQ(metrics_label("a\xff"), "a\\\\xFF");
}

TEST(Metrics, WhatIsKnownOfOtherDatabasesIsCarriedOver) {
    MetricsInput input = input_at(3000);
    input.backups = {outcome_of("app", 0, 2900), outcome_of("web", 5, 2950)};
    MetricsInput next = input_at(4000);
    next.previous = format_metrics(input);
    next.backups = {outcome_of("app", 1, 3900)};
    Metrics const metrics = parse_metrics(format_metrics(next));
    EXPECT_EQ(metrics.at("pgkeep_last_exit_code").at("database=web;"), 5);
    EXPECT_EQ(metrics.at("pgkeep_last_exit_code").at("database=app;"), 1);
    EXPECT_EQ(metrics.at("pgkeep_last_success_timestamp_seconds").at("database=app;"), 2900);
}

TEST(Metrics, WhatIsOlderThanThirtyDaysIsForgotten) {
    constexpr std::int64_t kStart = 1'700'000'000;
    MetricsInput input = input_at(kStart);
    input.backups = {outcome_of("app", 1, kStart)};
    MetricsInput next = input_at(kStart + 31 * 86400);
    next.previous = format_metrics(input);
    EXPECT_FALSE(parse_metrics(format_metrics(next)).contains("pgkeep_last_exit_code"));
}

TEST(Metrics, WithoutAWordOfARunTheNewestProvenArchiveIsTheLastSuccess) {
    MetricsInput input = input_at(3000);
    input.databases = {status_of("app")};
    input.previous = "pgkeep_last_exit_code{database=\"x\xff\"} 1\nnonsense\n\"} \n";
    Metrics const metrics = parse_metrics(format_metrics(input));
    EXPECT_EQ(metrics.at("pgkeep_last_success_timestamp_seconds").at("database=app;"), 1000);
    EXPECT_FALSE(metrics.contains("pgkeep_last_exit_code"));
}

} // namespace
} // namespace pgkeep
