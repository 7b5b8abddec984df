// pgkeep.conf(5).

#include "cli/man_page.hpp"
#include "cli/manual_text.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

TEST(ConfigPage, HasEveryOptionThatAConfigurationFileMayHaveAndNoOther) {
    std::string const page = format_config_page();
    for (OptionSpec const &option : option_table()) {
        std::string const value{option.is_switch() ? "on|off" : option.value};
        std::string const setting = roff_text(std::string{option.name} + " = " + value);
        // With its description: an option may be another one in another program.
        bool const named = page.find("\\fB" + setting + "\\fR\n" +
                                     roff_text(describe_option(option))) != std::string::npos;
        EXPECT_EQ(named, !option.only_command_line) << option.name;
    }
}

TEST(ConfigPage, SaysWhichProgramsReadASetting) {
    EXPECT_NE(format_config_page().find("Read by pgkeep\\-backup, pgkeep\\-restore, "
                                        "pgkeep\\-verify."),
              std::string::npos);
}

} // namespace
} // namespace pgkeep
