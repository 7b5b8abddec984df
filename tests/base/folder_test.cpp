#include "base/folder.hpp"
#include "support/errors.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class OpenFolder : public testing::Test {
protected:
    void SetUp() override { make_private_folder(real_); }

    void link(std::string const &target, std::string const &name) const {
        ASSERT_EQ(::symlink(target.c_str(), folder_.file(name).c_str()), 0);
    }
    // Whether it leads to the real folder.
    [[nodiscard]] bool leads_home(std::string const &path) const {
        FileDescriptor const fd = open_folder(path);
        struct stat found {};
        struct stat real {};
        EXPECT_EQ(::fstat(fd.get(), &found), 0);
        EXPECT_EQ(::stat(real_.c_str(), &real), 0);
        return found.st_ino == real.st_ino && found.st_dev == real.st_dev;
    }

    TemporaryFolder folder_;
    std::string real_ = folder_.file("real");
};

TEST_F(OpenFolder, OpensTheFolderItself) {
    EXPECT_TRUE(leads_home(real_));
    EXPECT_TRUE(leads_home(real_ + "//"));
    EXPECT_NO_THROW((void)open_folder("."));
    EXPECT_NO_THROW((void)open_folder("/"));
}

TEST_F(OpenFolder, FollowsLinksThatThisUserMade) {
    link("real", "relative");
    link(real_ + "/", "absolute");
    link("absolute", "second");
    EXPECT_TRUE(leads_home(folder_.file("relative")));
    EXPECT_TRUE(leads_home(folder_.file("relative/")));
    EXPECT_TRUE(leads_home(folder_.file("absolute")));
    EXPECT_TRUE(leads_home(folder_.file("second")));
}

TEST_F(OpenFolder, FollowsNoLinkOfAnotherUser) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can give a link to another user";
    }
    link("real", "theirs");
    link("theirs", "ours");
    ASSERT_EQ(::lchown(folder_.file("theirs").c_str(), 65534, 65534), 0);
    for (char const *name : {"theirs", "theirs/", "ours"}) {
        Error const error = error_of([&] { (void)open_folder(folder_.file(name)); });
        EXPECT_EQ(error.kind(), ErrorKind::failed) << name;
        EXPECT_THAT(error.what(), HasSubstr("theirs is a symbolic link of another user")) << name;
        EXPECT_THAT(error.hint(), HasSubstr("Look where it leads"));
    }
}

TEST_F(OpenFolder, RefusesWhatIsNoFolder) {
    write_whole_file(folder_.file("file"), "text");
    link("file", "to file");
    link("none", "to nothing");
    link("circle", "circle");
    EXPECT_EQ(error_of([&] { (void)open_folder(folder_.file("none")); }).kind(),
              ErrorKind::not_found);
    EXPECT_EQ(error_of([&] { (void)open_folder(folder_.file("to nothing")); }).kind(),
              ErrorKind::not_found);
    for (char const *name : {"file", "to file", "circle"}) {
        EXPECT_THAT(error_of([&] { (void)open_folder(folder_.file(name)); }).what(),
                    HasSubstr("cannot open folder " + folder_.file(name)));
    }
}

TEST(PartsOfAPath, AreFolderAndName) {
    EXPECT_EQ(folder_of("a/b/c"), "a/b");
    EXPECT_EQ(name_of("a/b/c"), "c");
    EXPECT_EQ(folder_of("/c"), "/");
    EXPECT_EQ(name_of("/c"), "c");
    EXPECT_EQ(folder_of("c"), ".");
    EXPECT_EQ(name_of("c"), "c");
}

} // namespace
} // namespace pgkeep
