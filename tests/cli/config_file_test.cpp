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
    EXPECT_STREQ(refusal("[backup]").what(), "pgkeep.conf:1: unknown section \"[backup]\"");
    EXPECT_STREQ(refusal("jobs =").what(),
                 "pgkeep.conf:1: jobs: \"\" is not a whole number in range");
    EXPECT_STREQ(refusal("repository =").what(), "pgkeep.conf:1: repository: the value is empty");
}

TEST(ConfigFile, ASectionIsForOneDatabaseAndWhatStandsAboveItForAll) {
    Options const options = parse("keep-last = 3\njobs = 2\nserializable-deferrable = on\n"
                                  "[database app]\nkeep-last = 9\nserializable-deferrable = off\n"
                                  "[database \"a \"\"b\"\" \"]\njobs = 1\n");
    EXPECT_EQ(options.number("keep-last"), 3U);
    Options const app = options.for_database("app");
    EXPECT_EQ(app.number("keep-last"), 9U);
    EXPECT_EQ(app.where("keep-last"), "pgkeep.conf:5: keep-last");
    EXPECT_EQ(app.number("jobs"), 2U);
    EXPECT_FALSE(app.has("serializable-deferrable"));
    EXPECT_EQ(options.for_database("a \"b\" ").number("jobs"), 1U);
    EXPECT_TRUE(options.for_database("App").has("serializable-deferrable"));
}

TEST(ConfigFile, TheCommandLineCountsBeforeASection) {
    Options options{ProgramId::backup};
    options.add(OptionSource::command_line, *find_option(ProgramId::backup, "jobs"), "7", "--jobs");
    parse_config_file("[database app]\njobs = 1\n", "pgkeep.conf", options);
    EXPECT_EQ(options.for_database("app").number("jobs"), 7U);
}

TEST(ConfigFile, RepeatedOptionsOfASectionReplaceThoseAboveIt) {
    Options const options = parse("table = a\n[database app]\ntable = b\ntable = c\n");
    EXPECT_EQ(options.for_database("app").list("table"), (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(options.for_database("web").list("table"), (std::vector<std::string>{"a"}));
}

TEST(ConfigFile, RefusesWhatCannotBeSetForOneDatabase) {
    Error const error = refusal("[database app]\nrepository = /srv\n");
    EXPECT_STREQ(error.what(), "pgkeep.conf:2: \"repository\" cannot be set for one database");
    EXPECT_EQ(error.hint(), "Write it above the first section.");
    EXPECT_EQ(refusal("[database app]\nkeep-lst = 3\n").hint(), "Did you mean \"keep-last\"?");
    EXPECT_STREQ(refusal("[database app]\nkeep-last = x\n").what(),
                 "pgkeep.conf:2: keep-last: \"x\" is not a whole number in range");
}

TEST(ConfigFile, RefusesSectionsThatNameNoDatabase) {
    for (char const *line :
         {"[databse app]", "[database app", "[app]", "[]", "[", "[databaseapp]"}) {
        Error const error = refusal(line);
        EXPECT_EQ(error.what(), "pgkeep.conf:1: unknown section \"" + std::string{line} + '"');
        EXPECT_EQ(error.hint(), "A section for one database begins with [database NAME].");
    }
    EXPECT_STREQ(refusal("[database ]").what(), "pgkeep.conf:1: the section names no database");
}

TEST(ConfigFile, TheOtherProgramsDoNotLookIntoSections) {
    Options const options = parse("jobs = 2\n[databse]\nnonsense\njobs = 9\n", ProgramId::restore);
    EXPECT_EQ(options.number("jobs"), 2U);
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
