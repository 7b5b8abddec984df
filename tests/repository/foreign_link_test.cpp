// Another user who may write to the repository puts a link in the place of a database's folder
// after it was looked at: nothing is made, changed or removed where it leads.

#include "base/error.hpp"
#include "repository/archive_files.hpp"
#include "repository/evidence.hpp"
#include "repository/lock.hpp"
#include "repository/marks.hpp"
#include "support/errors.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(ForeignLink, LeadsNobodyWhoWritesBesideAnArchive) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can give a link to another user";
    }
    TemporaryFolder const repository;
    TemporaryFolder const elsewhere;
    std::string const precious = plant_archive(elsewhere.path(), "shop", "20260112_120000");
    hold(precious, at("20260112_130000"));
    std::string const place = repository.file("shop");
    fs::create_directory_symlink(elsewhere.file("shop"), place);
    ASSERT_EQ(::lchown(place.c_str(), 65534, 65534), 0);

    std::string const archive = place + "/" + fs::path{precious}.filename().string();
    std::map<std::string, std::function<void()>> const writers{
        {"an archive",
         [&] {
             PublishedFile{place, "shop"}.commit("shop");
         }},
        {"the lock",
         [&] {
             RunLock{place, "test"};
         }},
        {"evidence", [&] { record_evidence(archive, 1, {}, {}); }},
        {"a mark", [&] { mark_anomalies(archive, {"fell"}); }},
        {"a hold", [&] { hold(archive, at("20260112_140000")); }},
        {"a release", [&] { release(archive); }},
    };
    auto const files = [&] {
        std::map<std::string, std::string> found;
        for (auto const &entry : fs::directory_iterator{elsewhere.file("shop")}) {
            found[entry.path().filename()] = read_whole_file(entry.path());
        }
        return found;
    };
    auto const before = files();
    ASSERT_EQ(before.size(), 2U);
    for (auto const &[what, write] : writers) {
        EXPECT_THAT(error_of(write).what(), HasSubstr("is a symbolic link of another user"))
            << what;
        EXPECT_EQ(files(), before) << what;
    }
}

} // namespace
} // namespace pgkeep
