#include "cli/option_table.hpp"
#include "cli/program_info.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pgkeep {
namespace {

TEST(OptionTable, EveryOptionIsDescribed) {
    for (OptionSpec const &option : option_table()) {
        EXPECT_FALSE(option.summary.empty()) << option.name;
        EXPECT_TRUE(option.details.ends_with('.')) << option.name;
        EXPECT_FALSE(option.summary.ends_with('.')) << option.name;
        EXPECT_NE(option.programs.bits, 0) << option.name;
    }
}

TEST(OptionTable, OnlyOptionsWithAValueHaveAValueName) {
    for (OptionSpec const &option : option_table()) {
        EXPECT_EQ(option.is_switch(), option.value.empty()) << option.name;
    }
}

TEST(OptionTable, ChoicesStandInTheValueName) {
    for (OptionSpec const &option : option_table()) {
        std::string joined;
        for (std::string_view const choice : option.choices) {
            joined.append(joined.empty() ? "" : "|").append(choice);
        }
        if (option.kind == ValueKind::choice) {
            EXPECT_EQ(option.value, joined) << option.name;
        }
    }
}

TEST(OptionTable, NoNameOrLetterStandsTwiceForOneProgram) {
    for (ProgramId const program : kAllPrograms) {
        std::set<std::string_view> names;
        std::set<char> letters;
        for (OptionSpec const &option : option_table()) {
            if (option.programs.has(program)) {
                EXPECT_TRUE(names.insert(option.name).second) << option.name;
                EXPECT_TRUE(option.letter == '\0' || letters.insert(option.letter).second)
                    << option.letter;
            }
        }
    }
}

TEST(OptionTable, KeepsTheLettersOfPostgresqlsOwnPrograms) {
    for (auto const &[letter, name] : {std::pair{'d', "dbname"},
                                       {'h', "host"},
                                       {'p', "port"},
                                       {'U', "username"},
                                       {'w', "no-password"},
                                       {'j', "jobs"},
                                       {'v', "verbose"},
                                       {'n', "schema"},
                                       {'t', "table"},
                                       {'T', "exclude-table"},
                                       {'Z', "compress"},
                                       {'f', "file"},
                                       {'V', "version"},
                                       {'?', "help"}}) {
        ASSERT_NE(find_option(ProgramId::backup, name), nullptr) << name;
        EXPECT_EQ(find_option(ProgramId::backup, name)->letter, letter);
    }
}

TEST(OptionTable, GivesEachProgramItsOwnMeaningOfDbname) {
    auto const *backup = find_option(ProgramId::backup, "dbname");
    auto const *restore = find_option(ProgramId::restore, "dbname");
    auto const *verify = find_option(ProgramId::verify, "dbname");
    ASSERT_TRUE(backup != nullptr && restore != nullptr && verify != nullptr);
    EXPECT_NE(backup->summary, restore->summary);
    EXPECT_NE(restore->summary, verify->summary);
}

} // namespace
} // namespace pgkeep
