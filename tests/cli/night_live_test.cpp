// The files of cron/: the command lines that stand in them are run as cron runs them, and their
// syntax is that of the programs which read them.

#include "cli/config_file.hpp"

#include "program_runner.hpp"
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <regex>
#include <sstream>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string const kCronFolder = PGKEEP_SOURCE_DIR "/cron/";

// Without comments and empty lines.
std::vector<std::string> lines_of(std::string const &path) {
    std::vector<std::string> lines;
    std::istringstream text{read_whole_file(path)};
    for (std::string line; std::getline(text, line);) {
        if (!line.empty() && line.front() != '#') {
            lines.push_back(line);
        }
    }
    return lines;
}

std::regex const kAssignment{"[A-Z]+=\\S.*"};
// Five fields, a user, a command; `%` would end the command.
std::regex const kCronJob{"[0-9*/,-]+\\s+[0-9*/,-]+\\s+[0-9*/,-]+\\s+[0-9*/,-]+\\s+[0-7*/,-]+\\s+"
                          "[a-z_][a-z0-9_-]*\\s+([^%]+)"};

std::vector<std::string> cron_commands() {
    std::vector<std::string> commands;
    for (std::string const &line : lines_of(kCronFolder + "pgkeep.crontab")) {
        std::smatch match;
        if (std::regex_match(line, match, kCronJob)) {
            commands.push_back(match[1]);
        }
    }
    return commands;
}

std::vector<std::string> unit_files(std::string const &ending) {
    std::vector<std::string> files;
    for (auto const &entry : std::filesystem::directory_iterator{kCronFolder}) {
        if (entry.path().extension() == ending) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

// The commands of the units that start one of the programs.
std::vector<std::string> unit_commands() {
    constexpr std::string_view start = "ExecStart=pgkeep-";
    std::vector<std::string> commands;
    for (std::string const &file : unit_files(".service")) {
        for (std::string const &line : lines_of(file)) {
            if (line.starts_with(start)) {
                commands.push_back(line.substr(line.find('=') + 1));
            }
        }
    }
    return commands;
}

// A server of its own: the night takes all databases, and other tests leave odd ones.
class NightLive : public ProgramsLive {
protected:
    static void SetUpTestSuite() {
        server_ = std::make_unique<ScratchServer>(ScratchOptions{}, std::stop_token{});
        run_on_server("CREATE DATABASE shop; CREATE DATABASE blog; CREATE ROLE weak LOGIN");
        run_on_server("\\c shop\nCREATE TABLE goods AS SELECT generate_series(1, 1000) AS id");
        run_on_server("\\c blog\nCREATE TABLE posts AS SELECT 1 AS id; "
                      "GRANT SELECT ON posts TO weak");
    }
    static void TearDownTestSuite() { server_.reset(); }

    static void run_on_server(std::string const &sql) {
        ShellResult const result =
            run_shell("printf '%s\n' \"$1\" | psql -Xq -v ON_ERROR_STOP=1 -h \"$2\" -p \"$3\" "
                      "-U \"$4\" -d postgres",
                      {sql, server_->socket_folder(), server_->port(), server_->user()});
        ASSERT_EQ(result.exit_code, 0) << result.err;
    }

    // The sample configuration with the places of this test, and `more` lines.
    void configure(std::string const &more = {}, std::string const &user = {}) {
        configure_host(server_->socket_folder(),
                       "username = " + (user.empty() ? server_->user() : user) + '\n' + more);
    }
    void configure_host(std::string const &host, std::string const &more) {
        std::filesystem::create_directory(repository());
        std::string sample = read_whole_file(kCronFolder + "pgkeep.conf");
        std::string const place = "\nrepository = ";
        std::size_t const begin = sample.find(place) + place.size();
        sample.replace(begin, sample.find('\n', begin) - begin, repository());
        write_whole_file(folder_.file("pgkeep.conf"),
                         sample + "host = " + host + "\nport = " + server_->port() + '\n' + more);
    }

    // As cron does: /bin/sh and hardly any environment. Harder: no terminal, no standard input.
    ShellResult run_as_cron(std::string const &command) {
        return run("cd /; exec setsid -w env -i PATH='" PGKEEP_BIN_DIR
                   ":/usr/bin:/bin' /bin/sh -c \"$1\" <&-",
                   {command + " --config=" + folder_.file("pgkeep.conf")});
    }
    void expect_silence(std::string const &command) {
        ShellResult const result = run_as_cron(command);
        EXPECT_EQ(result.exit_code, 0) << command;
        EXPECT_EQ(result.out + result.err, "") << command;
    }
    // What somebody reads in a mail: at most a screen, with a hint.
    static void expect_mail(ShellResult const &result, int code, std::string const &message) {
        EXPECT_EQ(result.exit_code, code) << result.err;
        std::string const mail = result.out + result.err;
        EXPECT_THAT(mail, HasSubstr(message));
        EXPECT_THAT(mail, HasSubstr("HINT: "));
        EXPECT_LE(std::count(mail.begin(), mail.end(), '\n'), 24) << mail;
    }

    static inline std::unique_ptr<ScratchServer> server_;
};

TEST_F(NightLive, TheNightAndTheDrillAreSilentAndLeaveProofs) {
    configure();
    for (std::string const &command : cron_commands()) {
        expect_silence(command);
    }
    auto const status = parse(run("pgkeep-verify --status --json"));
    ASSERT_THAT(status.at("databases"), SizeIs(3));
    for (auto const &database : status.at("databases")) {
        EXPECT_EQ(database.at("state"), "ok") << database;
        EXPECT_FALSE(database.at("newest_drilled").is_null()) << database;
    }
}

TEST_F(NightLive, AServerThatIsDownIsOneMail) {
    configure_host("/nowhere", "connect-retries = 0\n");
    expect_mail(run_as_cron(cron_commands().at(0)), 1, "cannot connect to /nowhere");
    EXPECT_THAT(files_below(repository()), IsEmpty());
}

TEST_F(NightLive, TheMailOfAFailureSaysWhatIsStillGood) {
    configure();
    expect_silence(cron_commands().at(0));
    configure_host("/nowhere", "connect-retries = 0\n");
    ShellResult const result = run_as_cron(cron_commands().at(0));
    expect_mail(result, 1, "cannot connect to /nowhere");
    EXPECT_THAT(result.err,
                HasSubstr("still good: the newest proven archive of database \"shop\" is "));
}

TEST_F(NightLive, ADatabaseThatMayNotBeReadIsNamedAndTheOthersAreBackedUp) {
    configure("", "weak");
    ShellResult const result = run_as_cron(cron_commands().at(0));
    expect_mail(result, 3, "database \"shop\": ");
    EXPECT_THAT(result.err, HasSubstr("permission denied for table goods"));
    EXPECT_THAT(files_below(repository() + "/blog"), SizeIs(2));
    EXPECT_THAT(files_below(repository() + "/shop"), IsEmpty());
}

TEST_F(NightLive, ADrillThatCannotBeTriedIsNotSilent) {
    configure();
    expect_silence(cron_commands().at(0));
    configure("bindir = /nowhere\n");
    expect_mail(run_as_cron(cron_commands().at(1)), 3, "no initdb of PostgreSQL in /nowhere");
}

TEST_F(NightLive, ADamagedArchiveIsOneMailOfTheDrill) {
    configure();
    expect_silence(cron_commands().at(0));
    ASSERT_EQ(run("printf XXXX | dd of=$(echo $R/shop/*.sql.gz) bs=1 seek=200 conv=notrunc "
                  "2>/dev/null")
                  .exit_code,
              0);
    expect_mail(run_as_cron(cron_commands().at(1)), 4, "1 of 3 archives damaged or failed");
}

TEST_F(NightLive, AlertsAndDashboardNameMetricsThatTheNightWrites) {
    configure("metrics-file = " + folder_.file("pgkeep.prom") + '\n');
    expect_silence(cron_commands().at(0));
    expect_silence("pgkeep-verify --quiet --level=drill -d blog latest");
    expect_silence(cron_commands().at(0));
    std::string const metrics = read_whole_file(folder_.file("pgkeep.prom"));
    for (char const *file : {"pgkeep-alerts.yml", "pgkeep-dashboard.json"}) {
        std::string const text = read_whole_file(kCronFolder + file);
        std::regex const metric{"pgkeep_[a-z_]+"};
        for (std::sregex_iterator match{text.begin(), text.end(), metric}, end; match != end;
             ++match) {
            EXPECT_THAT(metrics, HasSubstr("# TYPE " + match->str() + " gauge\n")) << file;
        }
    }
}

TEST(NightFiles, TheDashboardIsJsonAndTheAlertsAreRules) {
    auto const dashboard =
        nlohmann::json::parse(read_whole_file(kCronFolder + "pgkeep-dashboard.json"));
    EXPECT_THAT(dashboard.at("panels"), SizeIs(8));
    if (run_shell("python3 -c 'import yaml'").exit_code != 0) {
        GTEST_SKIP() << "Python has no yaml";
    }
    ShellResult const result =
        run_shell("python3 -c 'import sys, yaml\n"
                  "for rule in yaml.safe_load(open(sys.argv[1]))[\"groups\"][0][\"rules\"]:\n"
                  "  assert rule[\"alert\"] and rule[\"expr\"] and "
                  "rule[\"annotations\"][\"summary\"]' \"$1\"",
                  {kCronFolder + "pgkeep-alerts.yml"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(NightFiles, TheCrontabHasVariablesAndJobsOfFiveFieldsAUserAndACommand) {
    for (std::string const &line : lines_of(kCronFolder + "pgkeep.crontab")) {
        EXPECT_TRUE(std::regex_match(line, kAssignment) || std::regex_match(line, kCronJob))
            << line;
    }
    EXPECT_THAT(cron_commands(), SizeIs(2));
}

TEST(NightFiles, TheUnitsRunWhatTheCrontabRuns) {
    EXPECT_EQ(unit_commands(), cron_commands());
}

TEST(NightFiles, EachTimerHasItsService) {
    for (std::string file : unit_files(".timer")) {
        file.replace(file.rfind('.'), std::string::npos, ".service");
        EXPECT_TRUE(std::filesystem::exists(file)) << file;
    }
    EXPECT_THAT(unit_files(".timer"), SizeIs(2));
}

TEST(NightFiles, TheUnitsHaveSectionsAndSettingsOnly) {
    std::regex const line_of_unit{"\\[[A-Z][A-Za-z]+\\]|[A-Z][A-Za-z]+=.*"};
    for (char const *ending : {".service", ".timer"}) {
        for (std::string const &file : unit_files(ending)) {
            for (std::string const &line : lines_of(file)) {
                EXPECT_TRUE(std::regex_match(line, line_of_unit)) << file << ": " << line;
            }
        }
    }
}

TEST(NightFiles, SystemdFindsNothingWrongInTheUnits) {
    if (run_shell("command -v systemd-analyze").exit_code != 0) {
        GTEST_SKIP() << "systemd-analyze is not installed";
    }
    TemporaryFolder const folder;
    ShellResult const result =
        run_shell("cp \"$1\"/*.service \"$1\"/*.timer \"$2\"; cd \"$2\"\n"
                  "sed -i 's#^ExecStart=pgkeep#ExecStart=" PGKEEP_BIN_DIR "/pgkeep#' *.service\n"
                  "systemd-analyze verify --man=no ./*.service ./*.timer",
                  {kCronFolder, folder.path()});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out + result.err, "");
}

TEST(NightFiles, TheCronJobOfKubernetesRunsWhatTheCrontabRuns) {
    if (run_shell("python3 -c 'import yaml'").exit_code != 0) {
        GTEST_SKIP() << "Python has no yaml";
    }
    ShellResult const result = run_shell(
        "python3 -c 'import sys, yaml\n"
        "for d in yaml.safe_load_all(open(sys.argv[1])):\n"
        "  if d[\"kind\"] == \"CronJob\":\n"
        "    pod = d[\"spec\"][\"jobTemplate\"][\"spec\"][\"template\"][\"spec\"]\n"
        "    print(d[\"spec\"][\"schedule\"], *pod[\"containers\"][0][\"command\"])' \"$1\"",
        {kCronFolder + "kubernetes-cronjob.yml"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::string jobs;
    for (std::string const &line : lines_of(kCronFolder + "pgkeep.crontab")) {
        if (std::regex_match(line, kCronJob)) {
            jobs += std::regex_replace(line, std::regex{"\\s+postgres\\s+"}, " ") + '\n';
        }
    }
    EXPECT_EQ(result.out, jobs);
}

TEST(NightFiles, EveryLineOfTheSampleConfigurationIsUnderstood) {
    std::istringstream sample{read_whole_file(kCronFolder + "pgkeep.conf")};
    std::regex const setting{"#?([a-z-]+ = .*)"};
    for (std::string line; std::getline(sample, line);) {
        std::smatch match;
        if (std::regex_match(line, match, setting)) {
            Options options{ProgramId::backup};
            EXPECT_NO_THROW(parse_config_file(match.str(1), "pgkeep.conf", options)) << line;
        } else {
            EXPECT_TRUE(line.empty() || line.starts_with("# ")) << line;
        }
    }
}

} // namespace
} // namespace pgkeep
