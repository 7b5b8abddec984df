#include "repository/archive_files.hpp"
#include "repository/known_database.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::Not;

class KnownDatabase : public testing::Test {
protected:
    void plant(std::string const &database) const {
        plant_archive(folder_.path(), database, "20260112_120000");
    }
    TemporaryFolder folder_;
    Repository repository_{folder_.path()};
};

TEST_F(KnownDatabase, NamesTheOneThatWasMeant) {
    plant("shop");
    plant("billing");
    Error const error = no_archives(repository_, "shpo");
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.what(), "there are no archives of database \"shpo\" in " + folder_.path());
    EXPECT_EQ(error.hint(), "Did you mean \"shop\"? pgkeep-restore --list shows what there is.");
}

TEST_F(KnownDatabase, NamesNoneWhereNoneIsNear) {
    plant("shop");
    EXPECT_EQ(no_archives(repository_, "warehouse").hint(),
              "pgkeep-restore --list shows what there is.");
}

TEST_F(KnownDatabase, AsksForTheRepositoryWhereItIsEmpty) {
    for (std::string const database : {"", "shop"}) {
        Error const error = no_archives(repository_, database);
        EXPECT_THAT(error.what(), HasSubstr(" in " + folder_.path()));
        EXPECT_THAT(error.hint(), HasSubstr("--repository"));
        EXPECT_THAT(error.hint(), Not(HasSubstr("--list")));
    }
}

TEST_F(KnownDatabase, IsRequiredOrMayWaitForTheFirstBackup) {
    EXPECT_THROW(require_archives_of(repository_, "shop"), Error);
    EXPECT_NO_THROW(refuse_unknown_database(repository_, "shop"));
    plant("shop");
    EXPECT_NO_THROW(require_archives_of(repository_, "shop"));
    EXPECT_NO_THROW(refuse_unknown_database(repository_, "shop"));
    EXPECT_NO_THROW(refuse_unknown_database(repository_, ""));
    EXPECT_THROW(refuse_unknown_database(repository_, "shpo"), Error);
}

} // namespace
} // namespace pgkeep
