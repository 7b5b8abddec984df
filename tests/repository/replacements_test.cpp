#include "base/error.hpp"
#include "base/file.hpp"
#include "repository/replacements.hpp"
#include "repository/repository.hpp"
#include "support/errors.hpp"
#include "support/faults.hpp"
#include "support/other_user.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Replacement replacement_at(char const *stamp) {
    return {*parse_stamp(stamp), "7", "shop_20260112_120000.sql.gz", 16384};
}

class Replacements : public testing::Test {
protected:
    void record(Replacement const &replacement) {
        record_replacement(folder_.path(), "shop", replacement);
    }
    [[nodiscard]] std::vector<Replacement> of_cluster(std::string const &system) const {
        return read_replacements(folder_.file("shop"), system);
    }
    [[nodiscard]] std::string file() const { return folder_.file("shop/.replaced"); }

    TemporaryFolder folder_;
};

TEST_F(Replacements, AreNoneWhereNothingWasRestored) {
    EXPECT_THAT(of_cluster("7"), IsEmpty());
}

TEST_F(Replacements, ComeBackOldestFirst) {
    Replacement const first = replacement_at("20260112_120000");
    Replacement const second{*parse_stamp("20260113_120000"), "7", "", 0};
    record(first);
    record(second);
    EXPECT_THAT(of_cluster("7"), ElementsAre(first, second));
}

TEST_F(Replacements, AreThereOnceWhenTheyWereAnnouncedAndRecorded) {
    Replacement const first = replacement_at("20260112_120000");
    Replacement second = replacement_at("20260113_120000");
    second.old_database = 0;
    second.transaction = "4711";
    announce_replacement(folder_.path(), "shop", first);
    record(first);
    announce_replacement(folder_.path(), "shop", second);
    record(second);
    EXPECT_THAT(of_cluster("7"), ElementsAre(first, second));
}

TEST_F(Replacements, ThatWereOnlyAnnouncedAreKnownAsThat) {
    Replacement lost = replacement_at("20260112_120000");
    announce_replacement(folder_.path(), "shop", lost);
    record(replacement_at("20260113_120000"));
    lost.recorded = false;
    EXPECT_THAT(of_cluster("7"), ElementsAre(lost, replacement_at("20260113_120000")));
}

TEST_F(Replacements, OfAnotherClusterAreNotOurs) {
    record(replacement_at("20260112_120000"));
    EXPECT_THAT(of_cluster("8"), IsEmpty());
    EXPECT_THAT(of_cluster(""), IsEmpty());
}

TEST_F(Replacements, AreNoneAfterALookWhetherTheyCouldBeRecorded) {
    require_recordable(folder_.path(), "shop");
    EXPECT_THAT(of_cluster("7"), IsEmpty());
    EXPECT_THAT(of_cluster(""), IsEmpty());
}

TEST_F(Replacements, AreForTheirOwnerOnly) {
    record(replacement_at("20260112_120000"));
    struct stat status {};
    ASSERT_EQ(::stat(file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(Replacements, LoseOnlyDamagedLines) {
    record(replacement_at("20260112_120000"));
    append_to_file(file(), "{\"time\":\"2026-01-");
    record(replacement_at("20260113_120000"));
    append_to_file(file(), "not JSON\n{}\n[1]\n{\"time\":\"never\",\"system\":\"7\"}\n");
    EXPECT_THAT(of_cluster("7"),
                ElementsAre(replacement_at("20260112_120000"), replacement_at("20260113_120000")));
}

TEST_F(Replacements, NameNoOtherDatabaseByANumberThatIsNone) {
    record(replacement_at("20260112_120000"));
    // 4294983680 cut to 32 bits is 16384.
    for (char const *number : {"4294983680", "-1", "1e30", "16384.5", "\"16384\"", "null"}) {
        write_whole_file(file(), std::string{R"({"time":"2026-01-12T12:00:00Z","system":"7",)"} +
                                     R"("safety_snapshot":"","old_database":)" + number + "}\n");
        EXPECT_THAT(of_cluster("7"), IsEmpty()) << number;
    }
}

TEST_F(Replacements, LeadToNoSnapshotElsewhere) {
    for (char const *name : {"../other/shop.sql.gz", "/etc/passwd", "..", ".hidden"}) {
        Replacement replacement = replacement_at("20260112_120000");
        replacement.safety_snapshot = name;
        record(replacement);
    }
    EXPECT_THAT(of_cluster("7"), IsEmpty());
}

TEST_F(Replacements, AreNotWrittenThroughALinkInTheirPlace) {
    record(replacement_at("20260112_120000"));
    std::string const precious = folder_.file("precious");
    write_whole_file(precious, "as it is");
    std::filesystem::remove(file());
    std::filesystem::create_symlink(precious, file());
    EXPECT_THAT(error_of([&] { record(replacement_at("20260113_120000")); }).what(),
                HasSubstr(".replaced"));
    EXPECT_EQ(read_whole_file(precious), "as it is");
}

TEST_F(Replacements, AreNotWrittenBehindAFolderThatIsALinkOfAnotherUser) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can give a link to another user";
    }
    TemporaryFolder const elsewhere;
    std::filesystem::create_directory_symlink(elsewhere.path(), folder_.file("shop"));
    ASSERT_EQ(::lchown(folder_.file("shop").c_str(), 65534, 65534), 0);
    EXPECT_THROW(record(replacement_at("20260112_120000")), Error);
    EXPECT_TRUE(std::filesystem::is_empty(elsewhere.path()));
}

TEST_F(Replacements, SayWhereTheyCannotBeWritten) {
    record(replacement_at("20260112_120000"));
    std::filesystem::permissions(folder_.file("shop"), std::filesystem::perms::owner_read |
                                                           std::filesystem::perms::owner_exec);
    std::filesystem::permissions(file(), std::filesystem::perms::owner_read);
    OtherUser const user{folder_.path()};
    EXPECT_THROW(require_recordable(folder_.path(), "shop"), Error);
    Error const error = error_of([&] { record(replacement_at("20260113_120000")); });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_THAT(error.what(), HasSubstr(file()));
}

} // namespace
} // namespace pgkeep
