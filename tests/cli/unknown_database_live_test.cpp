// A database that the repository has no archives of: each program says so, and names the one that
// was meant. No server is asked.

#include "repository/archive_files.hpp"

#include "program_runner.hpp"
#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class UnknownDatabaseLive : public ProgramsLive {
protected:
    UnknownDatabaseLive() {
        make_private_folder(repository());
        plant_archive(repository(), "shop", "20260112_120000");
    }
};

TEST_F(UnknownDatabaseLive, IsNamedWithTheOneThatWasMeant) {
    std::string const message =
        "there are no archives of database \"shpo\" in " + repository() + "\n";
    for (char const *command :
         {"pgkeep-restore --list -d shpo", "pgkeep-restore --list --from-database=shpo",
          "pgkeep-restore -d shpo latest", "pgkeep-restore -d shpo 2026-01-12",
          "pgkeep-restore -d shpo 20260112_120000", "pgkeep-restore -d shpo --at=2026-02-01",
          "pgkeep-verify -d shpo", "pgkeep-verify --latest -d shpo", "pgkeep-verify -d shpo latest",
          "pgkeep-verify --status -d shpo", "pgkeep-backup --release=latest shpo",
          "pgkeep-backup --prune-only --keep-last=1 shpo"}) {
        expect_failure(command, 1, message,
                       "Did you mean \"shop\"? pgkeep-restore --list shows what there is.\n");
    }
}

TEST_F(UnknownDatabaseLive, LeavesNoBlankBehindAHintWithoutNames) {
    expect_failure("pgkeep-backup --prune-only --keep-last=1 warehouse", 1, "\"warehouse\"",
                   "HINT: pgkeep-restore --list shows what there is.\n");
}

TEST_F(UnknownDatabaseLive, IsInTheDocumentOfTheListToo) {
    ShellResult const result = run("pgkeep-restore --list --json -d shpo");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(parse(result).at("exit_code"), 1);
    EXPECT_THAT(parse(result).at("hint").get<std::string>(), HasSubstr("shop"));
}

TEST_F(UnknownDatabaseLive, AnEmptyRepositoryIsListedAsEmpty) {
    ShellResult const result = run("mkdir $T/none; pgkeep-restore --list -r $T/none -d shop");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("warning: there are no archives of database \"shop\" in "));
    expect_failure("pgkeep-verify -r $T/none", 1, "there are no archives in ", "--repository");
}

} // namespace
} // namespace pgkeep
