#include "base/error.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "support/errors.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace pgkeep;
namespace fs = std::filesystem;

namespace {

class FileTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = fs::temp_directory_path() / "pgkeep-file-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder_}, {}));
    }
    [[nodiscard]] std::string content(std::string const &name) const {
        return read_small_file(folder_ + "/" + name);
    }
    [[nodiscard]] static mode_t mode(std::string const &path) {
        struct stat status {};
        EXPECT_EQ(::stat(path.c_str(), &status), 0);
        return status.st_mode & 0777;
    }

    std::string folder_;
};

using PublishedFileTest = FileTest;
using FileSourceTest = FileTest;

template <typename Call>
ErrorKind kind_of(Call const &call) {
    return error_of(call).kind();
}

} // namespace

TEST_F(PublishedFileTest, IsInvisibleUntilItIsCommitted) {
    PublishedFile file{folder_, "shop"};
    file.append(as_bytes("abc"));
    EXPECT_EQ(entries(), 1U);
    EXPECT_TRUE(fs::path{file.temporary_path()}.filename().string().starts_with(".shop.tmp-"));
    file.commit("shop.sql.gz");
    EXPECT_EQ(entries(), 1U);
    EXPECT_EQ(content("shop.sql.gz"), "abc");
}

TEST_F(PublishedFileTest, LeavesNothingBehindWhenItIsAbandoned) {
    {
        PublishedFile file{folder_, "shop"};
        file.append(as_bytes("abc"));
    }
    EXPECT_EQ(entries(), 0U);
}

TEST_F(PublishedFileTest, NeverReplacesUnlessAllowed) {
    std::ofstream{folder_ + "/taken"} << "old";
    PublishedFile file{folder_, "x"};
    file.append(as_bytes("new"));
    EXPECT_EQ(kind_of([&] { file.commit("taken"); }), ErrorKind::exists);
    EXPECT_EQ(content("taken"), "old");
    file.commit("free");
    EXPECT_EQ(content("free"), "new");

    PublishedFile second{folder_, "x"};
    second.commit("taken", PublishedFile::Replace::allowed);
    EXPECT_EQ(content("taken"), "");
}

TEST_F(PublishedFileTest, IsPrivateWhateverTheUmask) {
    mode_t const old = ::umask(0);
    PublishedFile file{folder_, "x"};
    file.commit("private");
    make_private_folder(folder_ + "/a/b");
    ::umask(old);
    EXPECT_EQ(mode(folder_ + "/private"), 0600U);
    EXPECT_EQ(mode(folder_ + "/a"), 0700U);
    EXPECT_EQ(mode(folder_ + "/a/b"), 0700U);
}

// By its name, the file of somebody else would be opened to all.
TEST_F(PublishedFileTest, OpensItselfToReadersAndNotWhatTookItsName) {
    std::ofstream{folder_ + "/secret"} << "x";
    ASSERT_EQ(::chmod((folder_ + "/secret").c_str(), 0600), 0);
    PublishedFile file{folder_, "metrics"};
    fs::rename(file.temporary_path(), folder_ + "/moved");
    fs::create_symlink(folder_ + "/secret", file.temporary_path());
    file.open_to_readers();
    EXPECT_EQ(mode(folder_ + "/secret"), 0600U);
    EXPECT_EQ(mode(folder_ + "/moved"), 0644U);
}

TEST_F(PublishedFileTest, NamesTheFolderThatIsMissing) {
    EXPECT_EQ(kind_of([&] { PublishedFile{folder_ + "/none", "x"}; }), ErrorKind::not_found);
}

TEST_F(PublishedFileTest, TakesEveryNameThatAFileMayHave) {
    for (std::string const &name : {std::string(255, 'x'), std::string("a").append(254, '\xC3')}) {
        PublishedFile file{folder_, name};
        EXPECT_TRUE(is_temporary_name(fs::path{file.temporary_path()}.filename()));
        file.commit(name);
        EXPECT_TRUE(fs::exists(folder_ + "/" + name));
    }
}

TEST_F(PublishedFileTest, DoesNotCutACharacterInTwo) {
    std::string name = "a";
    for (int i = 0; i < 60; ++i) {
        name += "\u00e4";
    }
    PublishedFile const file{folder_, name};
    std::string const temporary = fs::path{file.temporary_path()}.filename();
    EXPECT_EQ(temporary.find(".tmp-"), 1U + 63U) << temporary;
}

TEST_F(PublishedFileTest, PublishesNothingInAFolderThatCannotBeSynced) {
    std::string const drop = folder_ + "/drop";
    fs::create_directory(drop);
    ASSERT_EQ(::chmod(drop.c_str(), 0333), 0);
    ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
    constexpr uid_t kNobody = 65534;
    uid_t const user = ::geteuid();
    if (user == 0) {
        ASSERT_EQ(::seteuid(kNobody), 0);
    }
    std::string hint;
    try {
        PublishedFile file{drop, "x"};
        file.commit("x");
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::privilege);
        hint = error.hint();
    }
    if (user == 0) {
        ASSERT_EQ(::seteuid(user), 0);
    }
    ::chmod(drop.c_str(), 0700);
    EXPECT_EQ(hint, "A folder for archives must be readable, not only writable.");
    EXPECT_TRUE(fs::is_empty(drop));
}

TEST_F(PublishedFileTest, FollowsNoLinkThatTookThePlaceOfItsFolder) {
    std::string const place = folder_ + "/shop";
    std::string const elsewhere = folder_ + "/elsewhere";
    fs::create_directory(place);
    fs::create_directory(elsewhere);
    std::ofstream{elsewhere + "/x"} << "precious";
    {
        PublishedFile file{place, "x"};
        PublishedFile const abandoned{place, "x"};
        std::string const name = fs::path{abandoned.temporary_path()}.filename();
        std::ofstream{elsewhere + "/" + name} << "precious";
        fs::rename(place, folder_ + "/moved");
        fs::create_directory_symlink(elsewhere, place);
        file.append(as_bytes("new"));
        file.commit("x", PublishedFile::Replace::allowed);
    }
    for (auto const &entry : fs::directory_iterator{elsewhere}) {
        EXPECT_EQ(read_small_file(entry.path()), "precious");
    }
    EXPECT_EQ(std::distance(fs::directory_iterator{elsewhere}, {}), 2);
    EXPECT_EQ(read_small_file(folder_ + "/moved/x"), "new");
}

TEST_F(PublishedFileTest, IsRecognisedByItsName) {
    PublishedFile const file{folder_, "shop"};
    std::string const name = fs::path{file.temporary_path()}.filename();
    EXPECT_TRUE(is_temporary_name(name));
    EXPECT_TRUE(is_temporary_name(".shop.tmp-4194305-00c0ffee"));
    EXPECT_FALSE(is_temporary_name("shop.tmp-4194305-00c0ffee"));
    EXPECT_FALSE(is_temporary_name(".shop.tmp-4194305-00c0ffeex"));
    EXPECT_FALSE(is_temporary_name(".shop.tmp-"));
    EXPECT_FALSE(is_temporary_name(".shop.tmp--00c0ffee"));
    EXPECT_FALSE(is_temporary_name(".shop.tmp- 7-0xc0ffee"));
}

TEST_F(FileSourceTest, ReadsAtAnOffset) {
    std::ofstream{folder_ + "/f"} << "0123456789";
    FileSource const file{folder_ + "/f"};
    EXPECT_EQ(file.size(), 10U);
    Bytes bytes(4);
    file.read_at(3, bytes);
    EXPECT_EQ(as_text(bytes), "3456");
}

TEST_F(FileSourceTest, CallsAReadBehindTheEndDamage) {
    std::ofstream{folder_ + "/f"} << "0123456789";
    FileSource const file{folder_ + "/f"};
    Bytes bytes(4);
    EXPECT_EQ(kind_of([&] { file.read_at(8, bytes); }), ErrorKind::damaged);
}

TEST_F(FileSourceTest, RefusesWhatIsNoRegularFile) {
    EXPECT_EQ(kind_of([&] { FileSource{folder_}; }), ErrorKind::not_found);
    EXPECT_EQ(kind_of([&] { FileSource{folder_ + "/none"}; }), ErrorKind::not_found);
    ASSERT_EQ(::mkfifo((folder_ + "/pipe").c_str(), 0600), 0);
    EXPECT_EQ(kind_of([&] { FileSource{folder_ + "/pipe"}; }), ErrorKind::not_found);
}

TEST_F(FileSourceTest, BoundsSmallFiles) {
    std::ofstream{folder_ + "/f"} << "0123456789";
    EXPECT_THROW((void)read_small_file(folder_ + "/f", 9), Error);
    EXPECT_EQ(read_small_file(folder_ + "/f", 10), "0123456789");
}

TEST(DescriptorSink, ReportsAFullDevice) {
    FileDescriptor const full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    ASSERT_TRUE(full.valid());
    DescriptorSink sink{full.get(), "/dev/full"};
    EXPECT_EQ(kind_of([&] { sink.append(as_bytes("x")); }), ErrorKind::no_space);
}

TEST(Uninterrupted, CallsAgainWhatASignalInterruptedAndNothingElse) {
    int calls = 0;
    EXPECT_EQ(uninterrupted([&] {
                  errno = EINTR;
                  return ++calls < 3 ? -1 : 7;
              }),
              7);
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(uninterrupted([&] {
                  ++calls;
                  errno = EIO;
                  return -1;
              }),
              -1);
    EXPECT_EQ(calls, 4);
}
