// Another user who may write to the repository puts a link in the place of a database's folder
// after it was looked at: nothing is made, changed or removed where it leads.

#include "base/error.hpp"
#include "repository/archive_files.hpp"
#include "repository/evidence.hpp"
#include "repository/lock.hpp"
#include "repository/marks.hpp"
#include "repository/repository.hpp"
#include "support/errors.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <thread>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr uid_t kOther = 65534;

// A repository in whose `place` a database's folder should be, and the folder `elsewhere` of that
// name, whose archive is of value.
class ForeignLink : public testing::Test {
protected:
    using Files = std::map<std::string, std::string>;

    void SetUp() override {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "only root can give a link to another user";
        }
        std::string const precious = plant_archive(elsewhere_.path(), "shop", "20260112_120000");
        hold(precious, at("20260112_130000"));
        name_ = fs::path{precious}.filename();
        write_whole_file(elsewhere_.file("shop/.shop.tmp-1-0123abcd"), "of a run that died");
        ASSERT_EQ(elsewhere().size(), 3U);
    }

    void make_link(std::string const &path) const {
        fs::create_directory_symlink(elsewhere_.file("shop"), path);
        ASSERT_EQ(::lchown(path.c_str(), kOther, kOther), 0);
    }

    // All that writes beside an archive, and what it is.
    [[nodiscard]] std::map<std::string, std::function<void()>> writers() {
        std::string const archive = place_ + "/" + name_;
        return {
            {"an archive",
             [this] {
                 PublishedFile{place_, "shop"}.commit("shop_" + std::to_string(++published_));
             }},
            {"the lock",
             [this] {
                 RunLock{place_, "test"};
             }},
            {"evidence", [archive] { record_evidence(archive, 1, {}, {}); }},
            {"a mark", [archive] { mark_anomalies(archive, {"fell"}); }},
            {"a hold", [archive] { hold(archive, at("20260112_140000")); }},
            {"a release", [archive] { release(archive); }},
        };
    }

    [[nodiscard]] Files elsewhere() const {
        Files found;
        for (auto const &entry : fs::directory_iterator{elsewhere_.file("shop")}) {
            found[entry.path().filename()] = read_whole_file(entry.path());
        }
        return found;
    }

    TemporaryFolder repository_;
    TemporaryFolder elsewhere_;
    std::string place_ = repository_.file("shop");
    std::string name_;
    int published_ = 0;
};

TEST_F(ForeignLink, LeadsNobodyWhoWritesBesideAnArchive) {
    make_link(place_);
    auto const before = elsewhere();
    for (auto const &[what, write] : writers()) {
        EXPECT_THAT(error_of(write).what(), HasSubstr("is a symbolic link of another user"))
            << what;
        EXPECT_EQ(elsewhere(), before) << what;
    }
}

// It takes the folder's place and gives it back, thousands of times a second, while all of that is
// written and remains are swept: at every moment the other user may choose.
TEST_F(ForeignLink, LeadsNobodyWhomItIsPutBefore) {
    plant_archive(repository_.path(), "shop", "20260112_120000");
    std::string const link = repository_.file("link");
    make_link(link);
    auto const before = elsewhere();
    std::map<std::string, int> done;
    std::map<std::string, int> refused;
    unsigned long exchanges = 0;
    auto all = writers();
    all["a sweep"] = [this] { (void)Repository{repository_.path()}.sweep("shop"); };
    {
        std::jthread const attacker{[&](std::stop_token const &stop) {
            while (!stop.stop_requested()) {
                exchanges += ::renameat2(AT_FDCWD, place_.c_str(), AT_FDCWD, link.c_str(),
                                         RENAME_EXCHANGE) == 0
                                 ? 1
                                 : 0;
                std::this_thread::yield();
            }
        }};
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{2};
        while (std::chrono::steady_clock::now() < end) {
            for (auto const &[what, write] : all) {
                try {
                    write();
                    ++done[what];
                } catch (Error const &) {
                    ++refused[what];
                }
            }
        }
    }
    EXPECT_EQ(elsewhere(), before);
    EXPECT_GT(exchanges, 100U);
    for (auto const &[what, write] : writers()) {
        EXPECT_GT(done[what], 0) << what;
        EXPECT_GT(refused[what], 0) << what;
    }
}

} // namespace
} // namespace pgkeep
