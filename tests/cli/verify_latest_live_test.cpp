// `pgkeep-verify --latest`: which archives it takes. No server is asked.

#include "repository/archive_files.hpp"

#include "program_runner.hpp"
#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class VerifyLatestLive : public ProgramsLive {
protected:
    std::string plant(std::string const &database, std::string const &stamp) const {
        make_private_folder(repository());
        return plant_archive(repository(), database, stamp);
    }
};

TEST_F(VerifyLatestLive, IsWhatRestoreWouldTake) {
    plant("shop", "20260112_120000");
    std::string const newest = plant("shop", "20260113_120000");
    plant("shop", "29990101_000000");
    write_whole_file(repository() + "/shop/shop_20260114_120000.sql.gz", "of others");
    for (char const *command : {"pgkeep-verify --latest", "pgkeep-verify -d shop latest"}) {
        ShellResult const result = run(std::string{command} + " --json");
        auto const archives = parse(result).at("archives");
        ASSERT_EQ(archives.size(), 1U) << command << result.err;
        EXPECT_EQ(archives[0].at("archive"), newest);
    }
}

TEST_F(VerifyLatestLive, DoesNotPassOverADamagedNewestOne) {
    std::string const good = plant("shop", "20260113_120000");
    std::string const damaged = plant("shop", "20260115_120000");
    cut_file(damaged, read_whole_file(damaged).size() - 1);
    ShellResult const result = run("pgkeep-verify --latest");
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_THAT(result.out, HasSubstr("ok       " + good));
    EXPECT_THAT(result.out, HasSubstr("DAMAGED  " + damaged));
}

TEST_F(VerifyLatestLive, WarnsOfADatabaseThatHasOnlyTheFuture) {
    std::string const future = plant("crm", "29990101_000000");
    ShellResult const result = run("pgkeep-verify --latest -d crm");
    EXPECT_THAT(result.out, HasSubstr(future));
    EXPECT_THAT(result.err, HasSubstr("all archives of database \"crm\" are dated in the future"));
}

} // namespace
} // namespace pgkeep
