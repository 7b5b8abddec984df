// A repository in which one database's folder cannot be read: the programs work on the others, say
// so, and end with 3.

#include "program_runner.hpp"
#include <gmock/gmock.h>
#include <unistd.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::Not;

class UnreadableLive : public ProgramsLive {
protected:
    void SetUp() override {
        shop_ = make_shop("shop");
        crm_ = make_shop("crm");
        ASSERT_EQ(run("pgkeep-backup \"$1\" && pgkeep-backup \"$2\"", {shop_, crm_}).exit_code, 0);
        ASSERT_EQ(run("chmod 711 $T && chmod 0 $R/\"$1\"; [ $(id -u) != 0 ] || { mkdir $T/bin && "
                      "cp $(type -P pgkeep-backup pgkeep-restore pgkeep-verify) $T/bin && "
                      "chmod -R 755 $T/bin && chown -R 65534:65534 $R; }",
                      {crm_})
                      .exit_code,
                  0);
    }
    void TearDown() override { run("chmod 700 $R/\"$1\"", {crm_}); }

    // Root may read everything, so the programs are run as nobody, as copies that nobody can reach.
    ShellResult as_user(std::string const &command, std::string const &database = {}) {
        return run((::geteuid() == 0 ? "cd /; setpriv --reuid=65534 --regid=65534 --clear-groups "
                                       "env PATH=\"$T/bin:$PATH\" "
                                     : "") +
                       command,
                   {database});
    }
    void expect_attention(ShellResult const &result) const {
        EXPECT_EQ(result.exit_code, 3) << result.err;
        EXPECT_THAT(result.err, HasSubstr("warning: cannot open folder " + repository() + "/" +
                                          crm_ + ": Permission denied; its archives are left out"));
        EXPECT_THAT(result.err, HasSubstr(": error: 1 folder of " + repository() +
                                          " cannot be read, such as " + repository() + "/" + crm_));
        EXPECT_THAT(result.err, HasSubstr("HINT: "));
    }

    std::string shop_;
    std::string crm_;
};

TEST_F(UnreadableLive, TheOthersAreListed) {
    ShellResult const result = as_user("pgkeep-restore --list");
    expect_attention(result);
    EXPECT_THAT(result.out, HasSubstr(shop_));
    EXPECT_EQ(parse(as_user("pgkeep-restore --list --json")).at("archives").size(), 1U);
}

TEST_F(UnreadableLive, TheOthersAreVerified) {
    ShellResult const result = as_user("pgkeep-verify");
    expect_attention(result);
    EXPECT_THAT(result.out, HasSubstr(shop_));
}

TEST_F(UnreadableLive, TheStatusOfTheOthersIsShown) {
    ShellResult const result = as_user("pgkeep-verify --status");
    expect_attention(result);
    EXPECT_THAT(result.out, HasSubstr(shop_));
}

TEST_F(UnreadableLive, MonitoringIsNotToldThatAllIsWell) {
    ShellResult const result = as_user("pgkeep-verify --status --format=nagios");
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_THAT(result.out, Not(HasSubstr("OK")));
}

TEST_F(UnreadableLive, TheOthersArePruned) {
    ShellResult const result = as_user("pgkeep-backup --prune-only --keep-last=1");
    expect_attention(result);
    EXPECT_THAT(result.out, HasSubstr(shop_));
    EXPECT_THAT(result.out, Not(HasSubstr(crm_)));
}

TEST_F(UnreadableLive, ADatabaseThatIsNamedIsWorkedOnAsEver) {
    for (char const *command :
         {"pgkeep-backup --prune-only --keep-last=1 \"$1\"", "pgkeep-restore --list -d \"$1\"",
          "pgkeep-verify -d \"$1\"", "pgkeep-verify --status -d \"$1\""}) {
        ShellResult const result = as_user(command, shop_);
        EXPECT_EQ(result.exit_code, 0) << command << '\n' << result.err;
        EXPECT_EQ(result.err, "") << command;
        EXPECT_THAT(result.out, HasSubstr(shop_)) << command;
    }
}

TEST_F(UnreadableLive, TheOneThatIsNamedIsAFailureWithAHintForReading) {
    for (char const *command : {"pgkeep-backup --prune-only --keep-last=1 \"$1\"",
                                "pgkeep-restore --list -d \"$1\"", "pgkeep-verify -d \"$1\""}) {
        ShellResult const result = as_user(command, crm_);
        EXPECT_EQ(result.exit_code, 1) << command << '\n' << result.err;
        EXPECT_THAT(result.err, HasSubstr("cannot open folder " + repository() + "/" + crm_));
        EXPECT_THAT(result.err, HasSubstr("chmod u+rwx")) << command;
    }
}

} // namespace
} // namespace pgkeep
