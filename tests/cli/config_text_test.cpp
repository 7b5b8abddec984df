#include "cli/config_file.hpp"
#include "cli/config_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace pgkeep {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(std::string const &text) {
    Lines lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

Options parsed(std::string const &text) {
    Options options{ProgramId::backup};
    parse_config_file(text, "/etc/pgkeep.conf", options);
    return options;
}

std::string row(std::vector<EffectiveValue> const &values, std::string const &option) {
    std::string all;
    for (EffectiveValue const &value : values) {
        if (value.option == option) {
            all += value.value + " <" + value.from + ">";
        }
    }
    return all;
}

TEST(StartingConfig, SetsNothingAndNamesEveryOptionOfTheFile) {
    std::string const text = format_starting_config();
    EXPECT_TRUE(parsed(text).sections().empty());
    for (OptionSpec const &option : option_table()) {
        bool const expected = option.programs.has(ProgramId::backup) && !option.only_command_line;
        bool const found = text.find("\n#" + std::string{option.name} + " = ") != std::string::npos;
        if (find_option(ProgramId::backup, option.name) == &option) {
            EXPECT_EQ(found, expected) << option.name;
            EXPECT_FALSE(parsed(text).has(option.name)) << option.name;
        }
    }
}

TEST(StartingConfig, IsAConfigurationOnceItsDefaultsCount) {
    Lines const lines = lines_of(format_starting_config());
    for (std::string const wanted :
         {"#compress = 6", "#all = on", "#retry-delay = 2s", "#verify = checksum"}) {
        EXPECT_NE(std::find(lines.begin(), lines.end(), wanted), lines.end()) << wanted;
        EXPECT_NO_THROW(static_cast<void>(parsed(wanted.substr(1)))) << wanted;
    }
}

TEST(StartingConfig, HasNoLineThatIsTooLong) {
    for (std::string const &line : lines_of(format_starting_config())) {
        EXPECT_LE(line.size(), 100U) << line;
    }
}

TEST(EffectiveConfig, SaysWhereEachValueComesFrom) {
    Options options = parsed("keep-last = 3\njobs = 2\n[database app]\nkeep-last = 9\n");
    options.add(OptionSource::command_line, *find_option(ProgramId::backup, "compress"), "1", "-Z");
    auto const app = effective_values(options.for_database("app"), ConfigScope::one_database);
    EXPECT_EQ(row(app, "keep-last"), "9 </etc/pgkeep.conf:4>");
    EXPECT_EQ(row(app, "jobs"), "2 </etc/pgkeep.conf:2>");
    EXPECT_EQ(row(app, "compress"), "1 <command line>");
    EXPECT_EQ(row(app, "anomaly-rows"), "50 <default>");
    EXPECT_EQ(row(app, "keep-daily"), "");
    EXPECT_EQ(row(app, "repository"), "");
    auto const web = effective_values(options.for_database("web"), ConfigScope::one_database);
    EXPECT_EQ(row(web, "keep-last"), "3 </etc/pgkeep.conf:1>");
}

TEST(EffectiveConfig, NeverShowsAPassword) {
    for (std::string const text : {"postgresql://u:p%40ss1@db1/app", "host=db1 password=p@ss1"}) {
        auto const run =
            effective_values(parsed("dbname = " + text + "\n"), ConfigScope::whole_run);
        std::string const shown = format_values("", run);
        EXPECT_EQ(shown.find("ss1"), std::string::npos) << shown;
        EXPECT_NE(row(run, "dbname").find("db1"), std::string::npos);
    }
}

} // namespace
} // namespace pgkeep
