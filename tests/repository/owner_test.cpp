// What root makes in a repository of another user belongs to that user, who could else neither read
// nor remove it.

#include "base/folder.hpp"
#include "repository/archive_files.hpp"
#include "repository/evidence.hpp"
#include "repository/folder_scan.hpp"
#include "repository/lock.hpp"
#include "repository/marks.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kUser = 65534;
constexpr gid_t kGroup = 65533;

class ForeignRepository : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "only root can make something for another user";
        }
        give(folder_.path());
    }
    static void give(std::string const &path) {
        ASSERT_EQ(::lchown(path.c_str(), kUser, kGroup), 0);
    }
    static bool is_given(std::string const &path) {
        struct stat status {};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
        return status.st_uid == kUser && status.st_gid == kGroup;
    }
    void expect_all_given() const {
        for (auto const &entry : fs::recursive_directory_iterator{folder_.path()}) {
            EXPECT_TRUE(is_given(entry.path())) << entry.path();
        }
    }

    TemporaryFolder folder_;
    Repository repository_{folder_.path()};
    std::string shop_ = folder_.file("shop");
};

TEST_F(ForeignRepository, GetsAFolderOfADatabase) {
    repository_.prepare("shop");
    EXPECT_TRUE(is_given(shop_));
}

TEST_F(ForeignRepository, GetsLockEvidenceAndMarks) {
    repository_.prepare("shop");
    std::string const archive = plant_archive(folder_.path(), "shop", "20260112_120000");
    give(archive);
    RunLock const lock{shop_, "test"};
    record_evidence(archive, 1, {}, {});
    record_evidence(archive, 1, {}, {});
    hold(archive, at("20260112_130000"));
    mark_anomalies(archive, {"fell"});
    EXPECT_EQ(std::distance(fs::directory_iterator{shop_}, {}), 5);
    expect_all_given();
}

TEST_F(ForeignRepository, GetsWhatIsPublishedForIt) {
    PublishedFile file{folder_.path(), "globals"};
    file.give_to_owner_of_folder();
    expect_all_given();
    file.commit("globals");
    expect_all_given();
}

TEST_F(ForeignRepository, GetsNoFileThatWasThereBefore) {
    for (char const *name : {".lock", "file"}) {
        write_whole_file(folder_.file(name), "of root");
    }
    { RunLock const lock{folder_.path(), "test"}; }
    FileDescriptor const folder = open_folder(folder_.path());
    EXPECT_TRUE(open_regular_in(folder, "file", O_RDWR | O_CREAT).valid());
    EXPECT_FALSE(is_given(folder_.file(".lock")));
    EXPECT_FALSE(is_given(folder_.file("file")));
}

TEST_F(ForeignRepository, GetsNothingThatALinkLeadsTo) {
    TemporaryFolder const elsewhere;
    fs::create_symlink(elsewhere.file("new"), folder_.file("file"));
    FileDescriptor const folder = open_folder(folder_.path());
    EXPECT_FALSE(open_regular_in(folder, "file", O_RDWR | O_CREAT).valid());
    EXPECT_FALSE(fs::exists(elsewhere.file("new")));
    fs::create_directory_symlink(elsewhere.path(), shop_);
    EXPECT_THROW(repository_.prepare("shop"), Error);
    EXPECT_FALSE(is_given(elsewhere.path()));
}

TEST_F(ForeignRepository, GetsNoFolderThatWasThereBefore) {
    make_private_folder(shop_);
    repository_.prepare("shop");
    EXPECT_FALSE(is_given(shop_));
}

} // namespace
} // namespace pgkeep
