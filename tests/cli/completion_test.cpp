// The bash completion is tried in a real bash, as the shell itself would call it.

#include "cli/completion.hpp"
#include "cli/program_info.hpp"
#include "proc/child.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class BashCompletion : public testing::Test {
protected:
    BashCompletion() { write_whole_file(file_, format_bash_completion()); }

    // What bash offers for the last of `words`.
    std::string offers(std::string const &words) {
        std::string out;
        ChildCommand bash;
        bash.argv = {"bash", "--norc", "-c",
                     "source '" + file_ + "'; COMP_WORDS=(" + words +
                         "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); compopt() { :; }; _pgkeep; "
                         "printf '%s\\n' \"${COMPREPLY[@]}\""};
        bash.on_stdout = [&](std::string_view piece) { out += piece; };
        EXPECT_TRUE(run_child(bash, {}).succeeded());
        return out;
    }

    TemporaryFolder folder_;
    std::string file_ = folder_.file("pgkeep.bash");
};

TEST_F(BashCompletion, OffersTheOptionsOfTheProgram) {
    EXPECT_EQ(offers("pgkeep-restore --no-ow"), "--no-owner\n");
    EXPECT_EQ(offers("/usr/bin/pgkeep-restore --chec"), "--check=\n");
    EXPECT_EQ(offers("pgkeep-verify --no-ow"), "\n");
}

TEST_F(BashCompletion, OffersTheChoicesOfAValue) {
    EXPECT_EQ(offers("pgkeep-restore --check = co"), "content\ncounts\n");
    EXPECT_EQ(offers("pgkeep-restore --check ="), "content\ncounts\nnone\n");
}

TEST_F(BashCompletion, OffersFilesWhereAFileIsWanted) {
    EXPECT_EQ(offers("pgkeep-restore --backup-file = " + folder_.path() + "/pgk"), file_ + "\n");
    EXPECT_EQ(offers("pgkeep-restore " + folder_.path() + "/pgk"), file_ + "\n");
}

TEST(ZshCompletion, HasEveryOptionWithItsSummaryQuoted) {
    std::string const text = format_zsh_completion(ProgramId::verify);
    EXPECT_TRUE(text.starts_with("#compdef pgkeep-verify\n"));
    for (OptionSpec const &option : option_table()) {
        if (option.programs.has(ProgramId::verify)) {
            EXPECT_THAT(text, HasSubstr("--" + std::string{option.name}));
        }
    }
    EXPECT_THAT(text, HasSubstr("'--level=[how deep to look]:quick|checksum|drill:(quick checksum "
                                "drill)' \\\n"));
}

} // namespace
} // namespace pgkeep
