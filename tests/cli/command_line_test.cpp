#include "cli/command_line.hpp"
#include "support/errors.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

Options parse(ProgramId program, std::vector<std::string> const &arguments) {
    Options options{program};
    parse_command_line(arguments, options);
    return options;
}

Options backup(std::vector<std::string> const &arguments) {
    return parse(ProgramId::backup, arguments);
}

Error refusal(std::vector<std::string> const &arguments, ProgramId program = ProgramId::backup) {
    Error const error = error_of([&] { static_cast<void>(parse(program, arguments)); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(exit_code(error.kind()), 2);
    return error;
}

TEST(CommandLine, TakesLongOptionsWithAnEqualsSignOrABlank) {
    EXPECT_EQ(backup({"--jobs=3"}).number("jobs"), 3U);
    EXPECT_EQ(backup({"--jobs", "3"}).number("jobs"), 3U);
}

TEST(CommandLine, TakesShortOptionsTogetherWithTheirValueOrApart) {
    EXPECT_EQ(backup({"-d", "app"}).text("dbname"), "app");
    EXPECT_EQ(backup({"-dapp"}).text("dbname"), "app");
    EXPECT_EQ(backup({"-Z9"}).number("compress"), 9U);
}

TEST(CommandLine, BundlesShortSwitches) {
    Options const options = backup({"-avwj2"});
    EXPECT_TRUE(options.has("all"));
    EXPECT_TRUE(options.has("verbose"));
    EXPECT_TRUE(options.has("no-password"));
    EXPECT_EQ(options.number("jobs"), 2U);
}

TEST(CommandLine, CountsRepeatedSwitches) {
    EXPECT_EQ(backup({"-v"}).count("verbose"), 1U);
    EXPECT_EQ(backup({"-vv", "--verbose"}).count("verbose"), 3U);
}

TEST(CommandLine, KeepsAllValuesOfRepeatedOptionsAndTheLastOfOthers) {
    Options const options = backup({"-t", "a", "--table=b", "-j1", "-j4"});
    EXPECT_EQ(options.list("table"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(options.number("jobs"), 4U);
}

TEST(CommandLine, MixesOptionsAndArguments) {
    Options const options = backup({"one", "-j2", "two", "--", "-three", "--four"});
    EXPECT_EQ(options.arguments(), (std::vector<std::string>{"one", "two", "-three", "--four"}));
    EXPECT_EQ(options.number("jobs"), 2U);
}

TEST(CommandLine, TakesADashAsAValueAndAsAnArgument) {
    EXPECT_EQ(backup({"-f", "-"}).text("file"), "-");
    EXPECT_EQ(backup({"-f-"}).text("file"), "-");
    EXPECT_EQ(backup({"--file=-"}).text("file"), "-");
    EXPECT_EQ(backup({"-"}).arguments(), std::vector<std::string>{"-"});
}

TEST(CommandLine, KeepsEqualsSignsBlanksAndQuotesOfAValue) {
    EXPECT_EQ(backup({"--dbname=host=db1 dbname='a b'"}).text("dbname"), "host=db1 dbname='a b'");
    EXPECT_EQ(backup({"-t", "\"We ird\".*"}).text("table"), "\"We ird\".*");
}

TEST(CommandLine, KnowsHelpByItsThreeForms) {
    EXPECT_TRUE(backup({"--help"}).has("help"));
    EXPECT_TRUE(backup({"-?"}).has("help"));
    EXPECT_TRUE(parse(ProgramId::verify, {"-V"}).has("version"));
}

TEST(CommandLine, RefusesAMisspeltOptionWithTheNearestOne) {
    Error const error = refusal({"--jbos=2"});
    EXPECT_STREQ(error.what(), "unknown option \"--jbos\"");
    EXPECT_EQ(error.hint(), "Did you mean \"--jobs\"? Try \"pgkeep-backup --help\".");
}

TEST(CommandLine, RefusesAbbreviatedOptionsWithTheWholeOne) {
    Error const error = refusal({"--exclude-table-d=x"});
    EXPECT_STREQ(error.what(), "unknown option \"--exclude-table-d\"");
    EXPECT_EQ(error.hint(), "Did you mean \"--exclude-table-data\"? Try \"pgkeep-backup --help\".");
    EXPECT_STREQ(refusal({"--verb"}).what(), "unknown option \"--verb\"");
}

TEST(CommandLine, SaysWhichProgramHasTheOption) {
    Error const error = refusal({"--compress=1"}, ProgramId::verify);
    EXPECT_STREQ(error.what(), "unknown option \"--compress\"");
    EXPECT_EQ(error.hint(), "It is an option of pgkeep-backup.");
}

TEST(CommandLine, RefusesAnUnknownLetter) {
    EXPECT_STREQ(refusal({"-y"}).what(), "unknown option \"-y\"");
    EXPECT_STREQ(refusal({"-vy"}).what(), "unknown option \"-y\"");
    EXPECT_EQ(refusal({"-y"}).hint(), "Try \"pgkeep-backup --help\".");
}

TEST(CommandLine, DoesNotRepeatTheValueOfAnUnknownOption) {
    Error const error = refusal({"--pasword=hunter2"});
    EXPECT_EQ((error.what() + error.hint()).find("hunter2"), std::string::npos);
}

TEST(CommandLine, RefusesAnOptionWithoutItsValue) {
    EXPECT_STREQ(refusal({"--jobs"}).what(), "--jobs needs a value");
    EXPECT_STREQ(refusal({"-d"}).what(), "--dbname needs a value");
    EXPECT_STREQ(refusal({"--role="}, ProgramId::restore).what(), "--role needs a value");
    EXPECT_STREQ(refusal({"-n", "-t", "x"}).what(), "--schema needs a value");
}

TEST(CommandLine, RefusesAValueForASwitch) {
    EXPECT_STREQ(refusal({"--all=yes"}).what(), "--all takes no value");
}

TEST(CommandLine, RefusesANumberOutOfRange) {
    Error const error = refusal({"-j", "0"});
    EXPECT_STREQ(error.what(), "-j: \"0\" is not a whole number in range");
    EXPECT_EQ(error.hint(), "Give a number from 1 to 256.");
    EXPECT_STREQ(refusal({"--compress=10"}).what(),
                 "--compress: \"10\" is not a whole number in range");
    EXPECT_STREQ(refusal({"--jobs=2x"}).what(), "--jobs: \"2x\" is not a whole number in range");
    EXPECT_STREQ(refusal({"--jobs=-1"}).what(), "--jobs: \"-1\" is not a whole number in range");
    EXPECT_STREQ(refusal({"--jobs=99999999999999999999"}).what(),
                 "--jobs: \"99999999999999999999\" is not a whole number in range");
}

TEST(CommandLine, RefusesAnUnknownChoiceWithTheNearestOneAndAll) {
    Error const error = refusal({"--verify=cheksum"});
    EXPECT_STREQ(error.what(), "--verify: \"cheksum\" is no value of this option");
    EXPECT_EQ(error.hint(), "Did you mean \"checksum\"? Possible values: none, checksum, drill.");
    EXPECT_EQ(refusal({"--verify=maybe"}).hint(), "Possible values: none, checksum, drill.");
}

TEST(CommandLine, RefusesSizesDurationsAndTimesThatAreNone) {
    EXPECT_STREQ(refusal({"--max-rate=fast"}).what(), "--max-rate: \"fast\" is not a size");
    EXPECT_STREQ(refusal({"--lock-wait-timeout=3 fortnights"}).what(),
                 "--lock-wait-timeout: \"3 fortnights\" is not a duration");
    EXPECT_STREQ(refusal({"--at=2026-13-01"}, ProgramId::restore).what(),
                 "--at: \"2026-13-01\" is not a time");
}

TEST(CommandLine, ShowsNoControlCharactersOfWhatItRefuses) {
    EXPECT_STREQ(refusal({"--jobs=\x1b[2J"}).what(),
                 "--jobs: \"\\x1B[2J\" is not a whole number in range");
}

} // namespace
} // namespace pgkeep
