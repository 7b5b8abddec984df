#include "base/error.hpp"
#include "cli/help.hpp"
#include "cli/man_page.hpp"
#include "cli/program_info.hpp"
#include "cli/reference.hpp"
#include "cli/text_table.hpp"

#include "golden.hpp"
#include <gtest/gtest.h>

#include <sstream>

namespace pgkeep {
namespace {

TEST(Help, TheScreenOfBackupIsTheGoldenOne) {
    expect_golden("tests/cli/golden/help_backup.txt", format_help(ProgramId::backup));
}

TEST(Help, TheScreenOfRestoreIsTheGoldenOne) {
    expect_golden("tests/cli/golden/help_restore.txt", format_help(ProgramId::restore));
}

TEST(Help, TheScreenOfVerifyIsTheGoldenOne) {
    expect_golden("tests/cli/golden/help_verify.txt", format_help(ProgramId::verify));
}

TEST(Help, FitsInEightyColumns) {
    for (ProgramId const program : kAllPrograms) {
        std::istringstream lines{format_help(program)};
        for (std::string line; std::getline(lines, line);) {
            EXPECT_LE(display_width(line), 80U) << line;
            EXPECT_FALSE(line.ends_with(' ')) << line;
        }
    }
}

TEST(Help, NamesEveryOptionOfTheProgramAndNoOther) {
    for (OptionSpec const &option : option_table()) {
        for (ProgramId const program : kAllPrograms) {
            std::string const forms = option_forms(option, false);
            bool const named = format_help(program).find(forms) != std::string::npos;
            OptionSpec const *own = find_option(program, option.name);
            bool const expected = own != nullptr && option_forms(*own, false) == forms;
            EXPECT_EQ(named, expected) << forms << " in " << program_info(program).name;
        }
    }
}

TEST(WrapWords, BreaksAtBlanksAndLeavesLongWordsWhole) {
    EXPECT_EQ(wrap_words("one two three", 7), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(wrap_words("a incomprehensibilities b", 5),
              (std::vector<std::string>{"a", "incomprehensibilities", "b"}));
}

TEST(ManPage, HasEveryOptionAndEveryExitCode) {
    for (ProgramId const program : kAllPrograms) {
        std::string const page = format_man_page(program);
        for (int group = 0; group < kGroupCount; ++group) {
            for (OptionSpec const *option : options_of(program, static_cast<OptionGroup>(group))) {
                EXPECT_NE(page.find("\\fB" + roff_text(option_forms(*option, false)) + "\\fR"),
                          std::string::npos)
                    << option->name;
            }
        }
        for (ExitCodeRow const &row : exit_code_table()) {
            EXPECT_NE(page.find("\\fB" + std::to_string(row.code) + "\\fR\n"), std::string::npos);
        }
    }
}

TEST(ManPage, EscapesWhatRoffWouldTakeAsACommand) {
    EXPECT_EQ(roff_text(".TH"), "\\&.TH");
    EXPECT_EQ(roff_text("'x\n.y"), "\\&\\(aqx\n\\&.y");
    EXPECT_EQ(roff_text("a\\b --c"), "a\\eb \\-\\-c");
    EXPECT_EQ(roff_text("see `ls`."), "see \\fBls\\fR.");
}

TEST(ManPage, HasNoLineThatIsAnUnknownRequest) {
    for (ProgramId const program : kAllPrograms) {
        std::istringstream lines{format_man_page(program)};
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with('.')) {
                std::string const request = line.substr(0, line.find(' '));
                EXPECT_TRUE(request == ".TH" || request == ".SH" || request == ".SS" ||
                            request == ".TP" || request == ".PP" || request == ".RS" ||
                            request == ".RE" || request == ".nf" || request == ".fi")
                    << line;
            }
        }
    }
}

TEST(Reference, TheDocumentIsTheGeneratedText) {
    expect_golden("docs/reference.md", format_reference());
}

} // namespace
} // namespace pgkeep
