#include "base/error.hpp"
#include "base/folder.hpp"
#include "repository/archive_files.hpp"
#include "repository/repository.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RepositoryFolder : public testing::Test {
protected:
    std::string plant(std::string const &database, std::string const &stamp,
                      ArchiveKind kind = ArchiveKind::backup) const {
        return plant_archive(folder_.path(), database, stamp, kind);
    }
    // A file that pgkeep did not write.
    std::string plant_foreign(std::string const &name, std::string const &content = "text") const {
        std::string const path = folder_.file(name);
        make_private_folder(path.substr(0, path.rfind('/')));
        write_whole_file(path, content);
        return path;
    }
    [[nodiscard]] std::vector<std::string> listed(std::string const &database = {}) const {
        std::vector<std::string> names;
        for (ArchiveFile const &file : repository_.list(database)) {
            names.push_back(file.path.substr(folder_.path().size() + 1));
        }
        return names;
    }

    TemporaryFolder folder_;
    Repository repository_{folder_.path()};
};

TEST_F(RepositoryFolder, ListsArchivesOldestFirst) {
    plant("shop", "20260113_120000");
    plant("shop", "20260111_120000");
    plant("app", "20260112_120000");
    EXPECT_THAT(listed(),
                ElementsAre("shop/shop_20260111_120000.sql.gz", "app/app_20260112_120000.sql.gz",
                            "shop/shop_20260113_120000.sql.gz"));
    EXPECT_THAT(listed("app"), ElementsAre("app/app_20260112_120000.sql.gz"));
    EXPECT_THAT(listed("none"), IsEmpty());
}

TEST_F(RepositoryFolder, ReadsTheFooterOfEachArchive) {
    std::string const path = plant("shop", "20260112_120000", ArchiveKind::safety);
    std::vector<ArchiveFile> const files = repository_.list("shop");
    ASSERT_THAT(files, SizeIs(1));
    EXPECT_EQ(files[0].path, path);
    EXPECT_EQ(files[0].name, (ArchiveName{"shop", at("20260112_120000"), ArchiveKind::safety}));
    EXPECT_EQ(files[0].size, read_whole_file(path).size());
    ASSERT_TRUE(files[0].footer);
    EXPECT_EQ(files[0].footer->kind, ArchiveKind::safety);
    EXPECT_EQ(files[0].footer->snapshot_time, at("20260112_120000"));
    EXPECT_EQ(files[0].problem, "");
}

TEST_F(RepositoryFolder, KeepsDatabasesApartWhoseNamesBeginAlike) {
    plant("app", "20260112_120000");
    plant("app_prod", "20260112_130000");
    EXPECT_THAT(listed("app"), ElementsAre("app/app_20260112_120000.sql.gz"));
    EXPECT_THAT(repository_.databases(), ElementsAre("app", "app_prod"));
}

TEST_F(RepositoryFolder, KnowsHardDatabaseNames) {
    std::string const name = "we\"ird / n\xc3\xa4me\n%.";
    plant(name, "20260112_120000");
    std::vector<ArchiveFile> const files = repository_.list(name);
    ASSERT_THAT(files, SizeIs(1));
    EXPECT_EQ(files[0].name.database, name);
    EXPECT_THAT(repository_.databases(), ElementsAre(name));
}

TEST_F(RepositoryFolder, ListsGlobalsOnlyFromItsOwnFolder) {
    plant({}, "20260112_120000", ArchiveKind::globals);
    plant("globals", "20260113_120000");
    std::vector<ArchiveFile> const files = repository_.list();
    ASSERT_THAT(files, SizeIs(2));
    EXPECT_EQ(files[0].name, (ArchiveName{"", at("20260112_120000"), ArchiveKind::globals}));
    EXPECT_EQ(files[1].name, (ArchiveName{"globals", at("20260113_120000"), ArchiveKind::backup}));
    EXPECT_THAT(listed("globals"), ElementsAre("globals/globals_20260113_120000.sql.gz"));
    EXPECT_THAT(repository_.databases(), ElementsAre("globals"));
}

TEST_F(RepositoryFolder, ListsArchivesOfOthersWithTheReasonWhyTheyAreNone) {
    plant_foreign("homerack_20260112_120000.sql.gz");
    plant_foreign("homerack/homerack_20260113_120000.sql.gz");
    plant_foreign("homerack/homerack_20260114_120000.sql.gz", "");
    std::vector<ArchiveFile> const files = repository_.list("homerack");
    ASSERT_THAT(files, SizeIs(3));
    EXPECT_EQ(files[0].problem, "not written by pgkeep");
    EXPECT_EQ(files[1].problem, "not written by pgkeep");
    EXPECT_EQ(files[2].problem, "empty");
    EXPECT_FALSE(files[0].footer || files[1].footer || files[2].footer);
}

TEST_F(RepositoryFolder, ListsACutArchiveWithoutAFooter) {
    std::string const path = plant("shop", "20260112_120000");
    cut_file(path, read_whole_file(path).size() - 1);
    std::vector<ArchiveFile> const files = repository_.list();
    ASSERT_THAT(files, SizeIs(1));
    EXPECT_FALSE(files[0].footer);
    EXPECT_EQ(files[0].problem,
              "incomplete: it begins as an archive of pgkeep, but its end is missing");
}

TEST_F(RepositoryFolder, ListsAnArchiveWithADamagedFooterWithoutIt) {
    std::string const path = plant("shop", "20260112_120000");
    flip_bit(path, read_whole_file(path).size() - 100);
    std::vector<ArchiveFile> const files = repository_.list();
    ASSERT_THAT(files, SizeIs(1));
    EXPECT_FALSE(files[0].footer);
    EXPECT_THAT(files[0].problem, HasSubstr("footer"));
}

TEST_F(RepositoryFolder, LeavesOutEveryOtherFile) {
    for (std::string const name :
         {"shop/shop_20260112_120000.sql.gz.part",
          "shop/.shop_20260112_120000.sql.gz.tmp-1-00000001",
          "shop/.shop_20260112_120000.sql.gz.evidence", "shop/.lock",
          "shop/other_20260112_120000.sql.gz", "shop/shop_20261312_120000.sql.gz",
          "shop/shop_20260112_120000.sql", "shop/shop_20260112_1200.sql.gz",
          "shop/_20260112_120000.sql.gz", "shop/notes.txt",
          ".hidden/.hidden_20260112_120000.sql.gz", "shop/deeper/shop_20260112_120000.sql.gz"}) {
        plant_foreign(name);
    }
    make_private_folder(folder_.file("shop/shop_20260113_120000.sql.gz"));
    ASSERT_EQ(::mkfifo(folder_.file("shop/shop_20260114_120000.sql.gz").c_str(), 0600), 0);
    EXPECT_THAT(listed(), IsEmpty());
    EXPECT_THAT(repository_.databases(), IsEmpty());
}

TEST_F(RepositoryFolder, FollowsNoSymbolicLinks) {
    TemporaryFolder const elsewhere;
    std::string const file = plant_archive(elsewhere.path(), "shop", "20260112_120000");
    make_private_folder(folder_.file("shop"));
    ASSERT_EQ(::symlink(file.c_str(), folder_.file("shop/shop_20260112_120000.sql.gz").c_str()), 0);
    ASSERT_EQ(::symlink(file.c_str(), folder_.file("shop_20260112_120000.sql.gz").c_str()), 0);
    ASSERT_EQ(::symlink((elsewhere.path() + "/shop").c_str(), folder_.file("app").c_str()), 0);
    EXPECT_THAT(listed(), IsEmpty());
    EXPECT_THAT(listed("app"), IsEmpty());
    EXPECT_THAT(repository_.databases(), IsEmpty());
}

TEST_F(RepositoryFolder, MayItselfBeReachedThroughALink) {
    plant("shop", "20260112_120000");
    TemporaryFolder const elsewhere;
    ASSERT_EQ(::symlink(folder_.path().c_str(), elsewhere.file("link").c_str()), 0);
    EXPECT_THAT(Repository{elsewhere.file("link/")}.list(), SizeIs(1));
}

TEST_F(RepositoryFolder, ListsTenThousandArchives) {
    std::string const content = small_archive("shop", at("20260101_000000"), ArchiveKind::backup);
    make_private_folder(folder_.file("shop"));
    for (int i = 0; i < 10'000; ++i) {
        Time const time = at("20200101_000000") + std::chrono::hours{i};
        write_whole_file(
            folder_.file("shop/" + format_archive_name({"shop", time, ArchiveKind::backup})),
            content);
    }
    std::vector<ArchiveFile> const files = repository_.list("shop");
    EXPECT_THAT(files, SizeIs(10'000));
    EXPECT_TRUE(std::all_of(files.begin(), files.end(),
                            [](ArchiveFile const &file) { return file.footer.has_value(); }));
    EXPECT_TRUE(std::is_sorted(files.begin(), files.end(), [](auto const &a, auto const &b) {
        return a.name.time < b.name.time;
    }));
}

TEST(Repository, SaysThatItDoesNotExist) {
    try {
        static_cast<void>(Repository{"/nonexistent/repository"}.list());
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
        EXPECT_STREQ(error.what(), "there is no repository /nonexistent/repository");
        EXPECT_THAT(error.hint(), HasSubstr("--repository"));
    }
}

TEST_F(RepositoryFolder, PreparesPrivateFolders) {
    Repository const repository{folder_.file("a/b")};
    repository.prepare("we/ird");
    for (std::string const name : {"a", "a/b", "a/b/we%2Fird"}) {
        struct stat status {};
        ASSERT_EQ(::stat(folder_.file(name).c_str(), &status), 0) << name;
        EXPECT_EQ(status.st_mode & 07777U, 0700U) << name;
    }
    EXPECT_EQ(repository.database_folder("we/ird"), folder_.file("a/b/we%2Fird"));
    repository.prepare("we/ird");
}

TEST_F(RepositoryFolder, RefusesToPrepareWhereAFileOrLinkIsInTheWay) {
    plant_foreign("file");
    EXPECT_THROW(Repository{folder_.file("file")}.prepare("shop"), Error);
    ASSERT_EQ(::symlink("/tmp", folder_.file("shop").c_str()), 0);
    EXPECT_THROW(repository_.prepare("shop"), Error);
}

TEST_F(RepositoryFolder, SweepsTemporaryFilesOfDeadRunsOnly) {
    // A process id says nothing: it is always 1 in a container, and is used again elsewhere.
    std::string const first = ".shop_20260112_120000.sql.gz.tmp-1-00000001";
    std::string const dead = ".shop_20260112_120000.sql.gz.tmp-4194305-0000000a";
    plant_foreign("shop/" + first);
    plant_foreign("shop/" + dead);
    PublishedFile const living{folder_.file("shop"), "shop"};
    plant_foreign("shop/.shop.tmp-x-1");
    plant_foreign("app/" + dead);
    plant("shop", "20260112_120000");
    TemporaryFolder const elsewhere;
    write_whole_file(elsewhere.file("precious"), "content");
    std::string const link = folder_.file("shop/.shop.tmp-4194305-0000000b");
    ASSERT_EQ(::symlink(elsewhere.file("precious").c_str(), link.c_str()), 0);

    EXPECT_THAT(repository_.sweep("shop"), ElementsAre(first, dead));
    EXPECT_THAT(repository_.sweep("shop"), IsEmpty());
    EXPECT_EQ(read_whole_file(living.temporary_path()), "");
    EXPECT_EQ(read_whole_file(folder_.file("app/" + dead)), "text");
    EXPECT_EQ(read_whole_file(link), "content");
    EXPECT_THAT(repository_.list("shop"), SizeIs(1));
}

TEST_F(RepositoryFolder, SweepsItsOwnFolder) {
    plant_foreign(".globals.tmp-1-00000001");
    EXPECT_THAT(repository_.sweep({}), ElementsAre(".globals.tmp-1-00000001"));
}

TEST_F(RepositoryFolder, SweepsNothingWhereThereIsNothing) {
    EXPECT_THAT(repository_.sweep("shop"), IsEmpty());
    EXPECT_THAT(Repository{"/nonexistent"}.sweep("shop"), IsEmpty());
}

TEST(DefaultRepository, DependsOnTheUser) {
    if (::geteuid() == 0) {
        EXPECT_EQ(default_repository(), "/var/backups/pgkeep");
    } else {
        EXPECT_THAT(default_repository(), testing::EndsWith("/.local/state/pgkeep"));
    }
}

} // namespace
} // namespace pgkeep
