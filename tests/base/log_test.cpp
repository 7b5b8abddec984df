#include "base/error.hpp"
#include "base/log.hpp"
#include "base/log_format.hpp"
#include "base/redaction.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace pgkeep {
namespace {

LogLine sample_line() {
    LogLine line;
    line.time =
        std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{1768219200123}};
    line.program = "pgkeep-backup";
    line.level = LogLevel::warning;
    line.message = "the disk is nearly full";
    return line;
}

// A folder that is gone at the end, and the log set back to how a program starts with it.
class Log : public ::testing::Test {
protected:
    Log() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "pgkeep-log-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~Log() override {
        before_stderr_line({});
        start_logging({});
        std::filesystem::remove_all(folder_);
    }

    [[nodiscard]] std::string path() const { return folder_ + "/pgkeep.log"; }
    [[nodiscard]] std::string file_text() const {
        std::ifstream in{path()};
        std::ostringstream out;
        out << in.rdbuf();
        return out.str();
    }
    void start_with_file(LogFormat format, LogLevel level = LogLevel::error) const {
        start_logging({.level = level, .format = format, .file = path()});
    }

private:
    std::string folder_;
};

TEST(LogFormat, ATextLineHasTimeProgramLevelAndMessage) {
    EXPECT_EQ(format_text_line(sample_line()),
              "2026-01-12T12:00:00.123Z pgkeep-backup: warning: the disk is nearly full\n");
}

TEST(LogFormat, ATextLineNamesTheLabelInBrackets) {
    LogLine line = sample_line();
    line.label = "worker 2";
    EXPECT_EQ(
        format_text_line(line),
        "2026-01-12T12:00:00.123Z pgkeep-backup: warning: [worker 2] the disk is nearly full\n");
}

TEST(LogFormat, ControlCharactersCannotSteerATerminal) {
    LogLine line = sample_line();
    line.message = "table \x1b[2J\r gone\nsecond line";
    EXPECT_EQ(format_text_line(line), "2026-01-12T12:00:00.123Z pgkeep-backup: warning: table "
                                      "\\x1B[2J\\x0D gone\n\tsecond line\n");
}

TEST(LogFormat, WritingDirectionsAndBytesThatAreNoTextCannotEither) {
    LogLine line = sample_line();
    line.message = "a\u202eb \xc2\x9b \x9b\tc";
    EXPECT_EQ(format_failure_text(line),
              "pgkeep-backup: warning: a\\xE2\\x80\\xAEb \\xC2\\x9B \\x9B\tc\n");
    std::string const json = format_json_line(line);
    EXPECT_TRUE(std::all_of(json.begin(), json.end(), [](char c) { return c == '\n' || c >= ' '; }))
        << json;
    EXPECT_NE(json.find("\\u202e"), std::string::npos) << json;
}

TEST(LogFormat, AFailureLooksAsPostgresqlsOwnProgramsWriteIt) {
    LogLine line = sample_line();
    line.level = LogLevel::error;
    line.hint = "Remove something.";
    EXPECT_EQ(format_failure_text(line),
              "pgkeep-backup: error: the disk is nearly full\nHINT: Remove something.\n");
}

TEST(LogFormat, AJsonLineIsOneObjectWithTimeLevelLabelAndMessage) {
    LogLine line = sample_line();
    line.label = "keeper";
    auto const object = nlohmann::json::parse(format_json_line(line));
    EXPECT_EQ(object.at("time"), "2026-01-12T12:00:00.123Z");
    EXPECT_EQ(object.at("level"), "warning");
    EXPECT_EQ(object.at("program"), "pgkeep-backup");
    EXPECT_EQ(object.at("label"), "keeper");
    EXPECT_EQ(object.at("message"), "the disk is nearly full");
    EXPECT_FALSE(object.contains("hint"));
}

TEST(LogFormat, AJsonLineEscapesQuotesBackslashesAndNewlines) {
    LogLine line = sample_line();
    line.message = "table \"a\\b\"\n\x01 näme";
    std::string const text = format_json_line(line);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    EXPECT_EQ(nlohmann::json::parse(text).at("message"), std::string{line.message});
}

TEST(LogFormat, AJsonLineReplacesBytesThatAreNotUtf8) {
    LogLine line = sample_line();
    line.message = "latin \xe4 one";
    EXPECT_EQ(nlohmann::json::parse(format_json_line(line)).at("message"),
              "latin \xef\xbf\xbd one");
}

TEST(Redaction, ReplacesEveryOccurrenceAndNothingElse) {
    EXPECT_EQ(replace_secrets("a hunter2 b hunter2", {"hunter2"}), "a *** b ***");
    EXPECT_EQ(replace_secrets("nothing here", {"hunter2"}), "nothing here");
}

TEST(Redaction, TheLongestOfTwoSecretsThatBeginAtOnePlaceCounts) {
    EXPECT_EQ(replace_secrets("password hunter22!", {"hunter2", "hunter22"}), "password ***!");
}

TEST(Redaction, KnowsThePercentEncodedFormsOfASecret) {
    auto const forms = secret_forms("p@ss/w:rd ü!");
    std::string const url = "postgresql://u:p%40ss%2Fw%3Ard%20%C3%BC%21@h/d and "
                            "postgresql://u:p%40ss%2fw%3ard%20%c3%bc!@h/d";
    EXPECT_EQ(replace_secrets(url, forms), "postgresql://u:***@h/d and postgresql://u:***@h/d");
}

TEST(Redaction, AnOrdinaryWordGarblesNoMessage) {
    for (char const *word : {"a", "to", "table", "postgres", "5432", "database"}) {
        EXPECT_TRUE(is_ordinary_word(word)) << word;
    }
    EXPECT_EQ(replace_passwords("cannot lock table public.a at port 5432", {"table", "a", "5432"}),
              "cannot lock table public.a at port 5432");
}

TEST(Redaction, AnOrdinaryWordIsReplacedWhereItStandsAsAPassword) {
    std::vector<std::string> const words{"table", "5432"};
    for (auto const &[text, expected] : std::vector<std::pair<std::string, std::string>>{
             {"postgresql://u:table@h/table", "postgresql://u:***@h/table"},
             {"host=table password=table", "host=table password=***"},
             {"password = 'table' user=u", "password = '***' user=u"},
             {"PGPASSWORD=5432 PGPORT=5432", "PGPASSWORD=*** PGPORT=5432"},
             {"ALTER ROLE u PASSWORD 'table'", "ALTER ROLE u PASSWORD '***'"},
             {R"({"password": "table"})", R"({"password": "***"})"},
             {"password=tables", "password=tables"},
             {"no password table", "no password table"},
             {"table", "***"}}) {
        EXPECT_EQ(replace_passwords(text, words), expected);
    }
}

TEST(Redaction, WhatIsNoWordIsReplacedEverywhere) {
    for (char const *secret : {"hunter2",
                               "Tr\xc3\xbc"
                               "ffel",
                               "correct-horse", "administrator"}) {
        EXPECT_FALSE(is_ordinary_word(secret)) << secret;
    }
}

TEST(Redaction, KnowsTheFormOfASecretInAConnectionString) {
    EXPECT_EQ(replace_secrets(R"(password='it\'s\\me')", secret_forms(R"(it's\me)")),
              "password='***'");
}

TEST_F(Log, WritesNoRegisteredSecretToAnySink) {
    redact_in_log("hunter/2 secret");
    start_with_file(LogFormat::text, LogLevel::info);
    ::testing::internal::CaptureStderr();
    log(LogLevel::warning, "connecting with {} and {}", "hunter/2 secret", "hunter%2F2%20secret");
    log_failure("no hunter/2 secret", "Change hunter/2 secret.");
    std::string const seen = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ((seen + file_text()).find("hunter"), std::string::npos) << seen << file_text();
    EXPECT_NE(seen.find("connecting with *** and ***\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find(": error: no ***\nHINT: Change ***.\n"), std::string::npos) << seen;
    EXPECT_NE(file_text().find("\tHINT: Change ***.\n"), std::string::npos) << file_text();
}

TEST_F(Log, ShortSecretsAreReplacedOnlyWhereTheyStandAsAPassword) {
    redact_in_log("ab");
    redact_in_log("");
    EXPECT_EQ(redacted("about a cabin"), "about a cabin");
    EXPECT_EQ(redacted("about password=ab"), "about password=***");
}

TEST_F(Log, OpensItsFileForTheOwnerOnly) {
    mode_t const old_mask = ::umask(0);
    start_with_file(LogFormat::text);
    ::umask(old_mask);
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Log, AppendsToAnExistingFile) {
    std::ofstream{path()} << "before\n";
    start_with_file(LogFormat::text);
    log_message(LogLevel::info, "after");
    EXPECT_EQ(file_text().rfind("before\n", 0), 0U);
    EXPECT_NE(file_text().find(": info: after\n"), std::string::npos);
}

TEST_F(Log, ReportsAFileThatCannotBeOpened) {
    try {
        start_logging({.file = path() + "/deeper"});
        FAIL() << "must throw";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::configuration);
        EXPECT_NE(std::string{error.what()}.find(path() + "/deeper"), std::string::npos);
        EXPECT_FALSE(error.hint().empty());
    }
}

TEST_F(Log, TheFileGetsInfoThoughStderrShowsErrorsOnly) {
    start_with_file(LogFormat::text, LogLevel::error);
    ::testing::internal::CaptureStderr();
    log_message(LogLevel::debug, "too fine");
    log_message(LogLevel::info, "for the file");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    EXPECT_NE(file_text().find("for the file"), std::string::npos);
    EXPECT_EQ(file_text().find("too fine"), std::string::npos);
}

TEST_F(Log, DropsTheLineEndOfWhatAProgramSaid) {
    start_logging({.level = LogLevel::warning});
    ::testing::internal::CaptureStderr();
    log_failure("pg_dump: error\n\n", "Look there.");
    EXPECT_TRUE(::testing::internal::GetCapturedStderr().ends_with(
        ": error: pg_dump: error\nHINT: Look there.\n"));
}

TEST_F(Log, LevelsBelowTheChosenOneAreNotEnabled) {
    start_logging({.level = LogLevel::warning});
    EXPECT_FALSE(log_enabled(LogLevel::debug));
    EXPECT_FALSE(log_enabled(LogLevel::info));
    EXPECT_TRUE(log_enabled(LogLevel::warning));
    EXPECT_TRUE(log_enabled(LogLevel::error));
}

TEST_F(Log, TheInnermostLabelOfTheThreadShows) {
    start_with_file(LogFormat::json);
    {
        LogLabel const outer{"keeper"};
        {
            LogLabel const inner{"worker 1"};
            log_message(LogLevel::info, "inside");
            std::thread{[] { log_message(LogLevel::info, "elsewhere"); }}.join();
        }
        log_message(LogLevel::info, "outside");
    }
    std::istringstream lines{file_text()};
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(nlohmann::json::parse(line).at("label"), "worker 1");
    std::getline(lines, line);
    EXPECT_FALSE(nlohmann::json::parse(line).contains("label"));
    std::getline(lines, line);
    EXPECT_EQ(nlohmann::json::parse(line).at("label"), "keeper");
}

TEST_F(Log, LinesOfManyThreadsStayWhole) {
    start_with_file(LogFormat::json);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([] {
            for (int i = 0; i < 100; ++i) {
                log_message(LogLevel::info, std::string(300, 'x'));
            }
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    std::istringstream lines{file_text()};
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_EQ(nlohmann::json::parse(line).at("message").get<std::string>().size(), 300U);
    }
    EXPECT_EQ(count, 400);
}

TEST_F(Log, LetsTheProgressBarGetOutOfTheWay) {
    start_logging({.level = LogLevel::warning});
    ::testing::internal::CaptureStderr();
    before_stderr_line([] { std::fputs("<erased>", stderr); });
    log_message(LogLevel::warning, "careful");
    std::string const seen = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(seen.rfind("<erased>", 0), 0U) << seen;
    EXPECT_NE(seen.find(": warning: careful\n"), std::string::npos);
}

TEST_F(Log, AFullDiskUnderTheLogDoesNotEndTheRun) {
    start_logging({.level = LogLevel::error, .file = "/dev/full"});
    ::testing::internal::CaptureStderr();
    EXPECT_NO_THROW(log_message(LogLevel::info, "lost"));
    std::string const seen = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(seen.find("the log cannot be written"), std::string::npos) << seen;
}

} // namespace
} // namespace pgkeep
