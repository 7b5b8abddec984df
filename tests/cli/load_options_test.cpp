#include "cli/connection_options.hpp"
#include "cli/load_options.hpp"
#include "support/errors.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

class LoadOptions : public testing::Test {
protected:
    Options load(std::vector<std::string> const &arguments) {
        return load_options(ProgramId::backup, arguments, world_);
    }
    void machine_file(std::string const &text) {
        write_whole_file(folder_.file("machine.conf"), text);
        world_.config_files = {folder_.file("machine.conf"), folder_.file("user.conf")};
    }
    void user_file(std::string const &text) { write_whole_file(folder_.file("user.conf"), text); }

    TemporaryFolder folder_;
    OptionWorld world_;
};

TEST_F(LoadOptions, TheCommandLineCountsBeforeTheEnvironmentAndThatBeforeTheFile) {
    machine_file("repository = /from/file\n");
    EXPECT_EQ(load({}).text("repository"), "/from/file");
    world_.environment["PGKEEP_REPOSITORY"] = "/from/environment";
    EXPECT_EQ(load({}).text("repository"), "/from/environment");
    EXPECT_EQ(load({"-r", "/from/command/line"}).text("repository"), "/from/command/line");
}

TEST_F(LoadOptions, AnEmptyVariableIsNone) {
    world_.environment["PGKEEP_REPOSITORY"] = "";
    EXPECT_FALSE(load({}).has("repository"));
}

TEST_F(LoadOptions, TheUsersFileCountsBeforeTheMachines) {
    machine_file("jobs = 1\ncompress = 1\n");
    user_file("jobs = 2\n");
    EXPECT_EQ(load({}).number("jobs"), 2U);
    EXPECT_EQ(load({}).number("compress"), 1U);
}

TEST_F(LoadOptions, ANamedFileReplacesTheUsualOnes) {
    machine_file("jobs = 1\ncompress = 1\n");
    write_whole_file(folder_.file("named.conf"), "jobs = 7\n");
    Options const options = load({"--config=" + folder_.file("named.conf")});
    EXPECT_EQ(options.number("jobs"), 7U);
    EXPECT_FALSE(options.has("compress"));
}

TEST_F(LoadOptions, RepeatedOptionsOfTheCommandLineReplaceThoseOfTheFile) {
    machine_file("table = a\ntable = b\n");
    EXPECT_EQ(load({"-t", "c"}).list("table"), std::vector<std::string>{"c"});
}

TEST_F(LoadOptions, HelpIsShownThoughTheFileIsWrong) {
    machine_file("nonsense\n");
    EXPECT_TRUE(load({"--help"}).has("help"));
    EXPECT_EQ(error_of([&] { static_cast<void>(load({})); }).kind(), ErrorKind::configuration);
}

TEST_F(LoadOptions, OfTwoOppositeSwitchesTheStrongerSourceWinsThenTheLast) {
    machine_file("globals = on\n");
    EXPECT_EQ(load({}).choose("globals", "no-globals"), true);
    EXPECT_EQ(load({"--no-globals"}).choose("globals", "no-globals"), false);
    EXPECT_EQ(load({"--no-globals", "--globals"}).choose("globals", "no-globals"), true);
    EXPECT_EQ(load({"--globals", "--no-globals"}).choose("globals", "no-globals"), false);
    EXPECT_EQ(load({}).choose("quiet", "verbose"), std::nullopt);
}

TEST_F(LoadOptions, ConnectionInputsKeepTheirSourcesApart) {
    machine_file(
        "dbname = from_file\nhost = file_host\nusername = file_user\nenv-file = /x/.env\n");
    ConnectionInputs const inputs =
        connection_inputs(load({"-d", "app", "-p", "5433"}), {{"PGHOST", "env_host"}});
    EXPECT_EQ(inputs.dbname, "app");
    EXPECT_EQ(inputs.port, "5433");
    EXPECT_EQ(inputs.host, std::nullopt);
    EXPECT_EQ(inputs.env_file, "/x/.env");
    EXPECT_EQ(inputs.environment.at("PGHOST"), "env_host");
    EXPECT_EQ(inputs.configuration.at("dbname"), "from_file");
    EXPECT_EQ(inputs.configuration.at("host"), "file_host");
    EXPECT_EQ(inputs.configuration.at("username"), "file_user");
}

TEST_F(LoadOptions, RetriesAndTheirDelayComeFromTheOptions) {
    ConnectPolicy const usual = connect_policy(load({}), "backup", {});
    EXPECT_EQ(usual.retries, 5);
    EXPECT_EQ(usual.retry_delay, std::chrono::milliseconds{2000});
    ConnectPolicy const named =
        connect_policy(load({"--connect-retries=0", "--retry-delay=150ms", "-w"}), "backup", {});
    EXPECT_EQ(named.retries, 0);
    EXPECT_EQ(named.retry_delay, std::chrono::milliseconds{150});
    EXPECT_FALSE(named.ask_password);
}

TEST_F(LoadOptions, JobsAreAtMostFourUnlessSaid) {
    EXPECT_GE(jobs_of(load({})), 1U);
    EXPECT_LE(jobs_of(load({})), 4U);
    EXPECT_EQ(jobs_of(load({"-j9"})), 9U);
}

} // namespace
} // namespace pgkeep
