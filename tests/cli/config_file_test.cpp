#include "cli/config_file.hpp"
#include "support/errors.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

Options parse(std::string_view text, ProgramId program = ProgramId::backup) {
    Options options{program};
    parse_config_file(text, "pgkeep.conf", options);
    return options;
}

Error refusal(std::string_view text) {
    Error const error = error_of([&] { static_cast<void>(parse(text)); });
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    return error;
}

TEST(ConfigFile, ReadsNamesAndValues) {
    Options const options = parse("jobs = 3\n  repository=/srv/backups  \r\nall = on");
    EXPECT_EQ(options.number("jobs"), 3U);
    EXPECT_EQ(options.text("repository"), "/srv/backups");
    EXPECT_TRUE(options.has("all"));
}

TEST(ConfigFile, PassesOverCommentsAndEmptyLines) {
    Options const options = parse("# jobs = 1\n\n ; jobs = 2\njobs = 3\n");
    EXPECT_EQ(options.number("jobs"), 3U);
}

TEST(ConfigFile, TakesAValueAsItStands) {
    EXPECT_EQ(parse("table = \"We ird\" # not a comment").text("table"),
              "\"We ird\" # not a comment");
    EXPECT_EQ(parse("dbname = host=db1 dbname=app").text("dbname"), "host=db1 dbname=app");
}

TEST(ConfigFile, RepeatsLinesForRepeatedOptions) {
    EXPECT_EQ(parse("table=a\ntable=b\n").list("table"), (std::vector<std::string>{"a", "b"}));
}

TEST(ConfigFile, TurnsSwitchesOnAndOff) {
    EXPECT_TRUE(parse("all = yes").has("all"));
    EXPECT_FALSE(parse("all = off").has("all"));
    EXPECT_FALSE(parse("all = on\nall = 0").has("all"));
    EXPECT_STREQ(refusal("all = maybe").what(), "pgkeep.conf:1: all: a switch is on or off");
}

TEST(ConfigFile, PassesOverOptionsOfTheOtherPrograms) {
    Options const options = parse("level = quick\nmax-rate = 1M\njobs = 2\n", ProgramId::verify);
    EXPECT_EQ(options.text("level"), "quick");
    EXPECT_EQ(options.number("jobs"), 2U);
    EXPECT_FALSE(options.has("max-rate"));
}

TEST(ConfigFile, RefusesAnUnknownOptionWithFileLineAndTheNearestOne) {
    Error const error = refusal("jobs = 1\n\nrepositry = /srv\n");
    EXPECT_STREQ(error.what(), "pgkeep.conf:3: unknown option \"repositry\"");
    EXPECT_EQ(error.hint(), "Did you mean \"repository\"?");
}

TEST(ConfigFile, RefusesAWrongValueWithFileAndLine) {
    Error const error = refusal("\njobs = many\n");
    EXPECT_STREQ(error.what(), "pgkeep.conf:2: jobs: \"many\" is not a whole number in range");
    EXPECT_EQ(error.hint(), "Give a number from 1 to 256.");
}

TEST(ConfigFile, RefusesWhatBelongsOnTheCommandLine) {
    EXPECT_STREQ(refusal("help = on").what(),
                 "pgkeep.conf:1: \"help\" belongs on the command line");
    EXPECT_STREQ(refusal("config = x").what(),
                 "pgkeep.conf:1: \"config\" belongs on the command line");
    EXPECT_STREQ(refusal("into = x").what(), "pgkeep.conf:1: \"into\" belongs on the command line");
}

TEST(ConfigFile, RefusesLinesThatAreNoOption) {
    EXPECT_STREQ(refusal("jobs").what(), "pgkeep.conf:1: \"jobs\" has no value");
    EXPECT_STREQ(refusal("[backup]").what(), "pgkeep.conf:1: there are no sections in this file");
    EXPECT_STREQ(refusal("jobs =").what(),
                 "pgkeep.conf:1: jobs: \"\" is not a whole number in range");
    EXPECT_STREQ(refusal("repository =").what(), "pgkeep.conf:1: repository: the value is empty");
}

TEST(ConfigFile, ReportsANamedFileThatIsNotThere) {
    TemporaryFolder const folder;
    Options options{ProgramId::backup};
    Error const error = error_of([&] { read_config_file(folder.file("none.conf"), options); });
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_NE(std::string{error.what()}.find("none.conf"), std::string::npos);
}

} // namespace
} // namespace pgkeep
