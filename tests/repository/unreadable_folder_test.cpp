// A database's folder that this user may not read: it stops no work on the others, and is never
// taken for an empty one.

#include "base/error.hpp"
#include "repository/archive_files.hpp"
#include "repository/archive_state.hpp"
#include "repository/prune.hpp"
#include "support/errors.hpp"
#include "support/log_capture.hpp"
#include "support/other_user.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class UnreadableFolder : public testing::TestWithParam<mode_t> {
protected:
    void SetUp() override {
        plant_archive(folder_.path(), "crm", "20260112_120000");
        shop_ = plant_archive(folder_.path(), "shop", "20260112_120000");
        user_.emplace(folder_.path());
        ASSERT_EQ(::chmod(crm_.c_str(), GetParam()), 0);
    }
    void TearDown() override { ::chmod(crm_.c_str(), 0700); }

    TemporaryFolder folder_;
    Repository repository_{folder_.path()};
    std::string crm_ = folder_.file("crm");
    std::string shop_;
    std::optional<OtherUser> user_;
};

// Nothing allowed; names may be listed, but not looked up; the other way round.
INSTANTIATE_TEST_SUITE_P(Modes, UnreadableFolder, testing::Values(0, 0600, 0300));

TEST_P(UnreadableFolder, IsLeftOutOfAListOfAllWithAWarningThatSaysWhatToDo) {
    LogCapture const log;
    auto const files = repository_.list();
    ASSERT_THAT(files, SizeIs(1));
    EXPECT_EQ(files.front().path, shop_);
    EXPECT_THAT(log.text(), HasSubstr("warning: cannot open folder " + crm_ +
                                      ": Permission denied; its archives are left out. Give its "
                                      "owner, this user, the right to read it (chmod u+rwx)."));
}

TEST_P(UnreadableFolder, IsLeftOutOfTheDatabases) {
    EXPECT_THAT(repository_.databases(), ElementsAre("shop"));
}

TEST_P(UnreadableFolder, IsNamedToWhoWorkedOnAllOthers) {
    EXPECT_THAT(repository_.unreadable_folders(), ElementsAre(crm_));
}

TEST_P(UnreadableFolder, IsAnErrorForWhatIsForItsDatabase) {
    for (Error const &error : {error_of([&] { (void)repository_.list("crm"); }),
                               error_of([&] { (void)read_states(repository_, "crm"); }),
                               error_of([&] { (void)repository_.knows("crm"); })}) {
        EXPECT_EQ(error.kind(), ErrorKind::privilege);
        EXPECT_THAT(error.what(), HasSubstr("cannot open folder " + crm_));
        EXPECT_THAT(error.hint(), HasSubstr("chmod u+rwx"));
    }
}

TEST_P(UnreadableFolder, IsNoMatterToWhatIsForAnotherDatabase) {
    LogCapture const log;
    EXPECT_TRUE(repository_.knows("shop"));
    EXPECT_THAT(read_states(repository_, "shop"), SizeIs(1));
    EXPECT_EQ(log.text(), "");
}

// Of a file in the repository's own folder alone, retention would think it is the only archive.
TEST_P(UnreadableFolder, IsNoEmptyOneForRetentionWhereAnArchiveLiesOutsideOfIt) {
    write_whole_file(folder_.file("crm_20260113_120000.sql.gz"), "text");
    EXPECT_THAT(repository_.databases(), ElementsAre("crm", "shop"));
    EXPECT_EQ(error_of([&] { (void)read_states(repository_, "crm"); }).kind(),
              ErrorKind::privilege);
}

TEST_P(UnreadableFolder, IsNoneWithANameThatNoDatabaseHas) {
    std::string const lost = folder_.file("lost+found");
    ASSERT_EQ(::mkdir(lost.c_str(), GetParam()), 0);
    EXPECT_THAT(repository_.unreadable_folders(), ElementsAre(crm_));
    ::chmod(lost.c_str(), 0700);
}

TEST(FolderOfAnotherUser, IsReadableForThatUserWhomTheErrorNames) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "takes root, who owns the folder";
    }
    TemporaryFolder const folder;
    OtherUser const user{folder.path()};
    ASSERT_EQ(::seteuid(0), 0);
    plant_archive(folder.path(), "crm", "20260112_120000");
    ASSERT_EQ(::seteuid(65534), 0);
    Error const error = error_of([&] { (void)Repository{folder.path()}.list("crm"); });
    EXPECT_EQ(error.hint(),
              "Run as root, or give the folder and what is in it to this user (chown -R).");
}

TEST(ReadableFolders, AreAllThatThereAre) {
    TemporaryFolder const folder;
    plant_archive(folder.path(), "crm", "20260112_120000");
    EXPECT_THAT(Repository{folder.path()}.unreadable_folders(), IsEmpty());
    EXPECT_FALSE(Repository{folder.path()}.knows("cr"));
}

} // namespace
} // namespace pgkeep
