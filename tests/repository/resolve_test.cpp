#include "archive/reader.hpp"
#include "base/error.hpp"
#include "repository/archive_files.hpp"
#include "repository/evidence.hpp"
#include "repository/repository.hpp"
#include "support/log_capture.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <functional>

namespace pgkeep {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr char const *kNow = "20260115_120000";

// Four archives of one database, seen from three hours east of Greenwich.
class Resolve : public testing::Test {
protected:
    Resolve() {
        ::setenv("TZ", "EAT-3", 1);
        ::tzset();
        for (char const *const stamp :
             {"20260112_120000", "20260113_120000", "20260113_225959", "20260114_060000"}) {
            plant("shop", stamp);
        }
    }
    ~Resolve() override {
        ::unsetenv("TZ");
        ::tzset();
    }

    std::string plant(std::string const &database, std::string const &stamp,
                      ArchiveKind kind = ArchiveKind::backup) const {
        return plant_archive(folder_.path(), database, stamp, kind);
    }
    [[nodiscard]] std::string resolve(std::string const &wanted,
                                      std::string const &database = "shop") const {
        return repository_.resolve(wanted, database, at(kNow));
    }
    [[nodiscard]] Error refusal(std::string const &wanted,
                                std::string const &database = "shop") const {
        try {
            ADD_FAILURE() << wanted << " was resolved to " << resolve(wanted, database);
        } catch (Error const &error) {
            return error;
        }
        return {ErrorKind::failed, "nothing was refused"};
    }

    // What this version cannot tell anything of.
    std::string plant_of_later_version(std::string const &database,
                                       std::string const &stamp) const {
        std::string const path = plant(database, stamp);
        std::string content = read_whole_file(path);
        std::size_t const begin = content.size() - format::kFooterSize;
        Footer footer = decode_footer(as_bytes(content).subspan(begin), content.size()).value();
        ++footer.major;
        content.replace(begin, format::kFooterSize, as_text(encode_footer(footer)));
        write_whole_file(path, content);
        return path;
    }

    TemporaryFolder folder_;
    Repository repository_{folder_.path()};
};

TEST_F(Resolve, TakesTheNewestForLatest) {
    EXPECT_THAT(resolve("latest"), EndsWith("/shop/shop_20260114_060000.sql.gz"));
}

TEST_F(Resolve, PassesOverWhatMustNotBeLatest) {
    plant("shop", "20260115_010000", ArchiveKind::safety);
    plant({}, "20260115_020000", ArchiveKind::globals);
    plant("shop", "20260116_000000"); // in the future
    std::string const broken = plant("shop", "20260115_030000");
    cut_file(broken, read_whole_file(broken).size() - 1);
    write_whole_file(folder_.file("shop/shop_20260115_040000.sql.gz"), "foreign");
    // A safety snapshot under a backup's name.
    write_whole_file(folder_.file("shop/shop_20260115_050000.sql.gz"),
                     small_archive("shop", at("20260115_050000"), ArchiveKind::safety));
    EXPECT_THAT(resolve("latest"), EndsWith("/shop_20260114_060000.sql.gz"));
    EXPECT_THAT(resolve("latest", {}), EndsWith("/shop_20260114_060000.sql.gz"));
}

// Else an older state would be restored as the newest, in silence.
TEST_F(Resolve, WarnsOfADamagedArchiveThatIsNewer) {
    std::string const older = plant("shop", "20260114_050000");
    std::string const newer = plant("shop", "20260115_030000");
    for (std::string const &path : {older, newer}) {
        cut_file(path, read_whole_file(path).size() - 1);
    }
    LogCapture const log;
    EXPECT_THAT(resolve("latest"), EndsWith("/shop_20260114_060000.sql.gz"));
    EXPECT_THAT(log.text(), HasSubstr(newer + " is passed over: "));
    EXPECT_THAT(log.text(), Not(HasSubstr(older)));
}

TEST_F(Resolve, RefusesToPassOverANewerArchiveThatItCannotRead) {
    std::string const newer = plant_of_later_version("shop", "20260115_030000");
    for (char const *const wanted : {"latest", "2026-01-15"}) {
        Error const error = refusal(wanted);
        EXPECT_EQ(error.kind(), ErrorKind::failed);
        EXPECT_THAT(error.what(), AllOf(HasSubstr(newer), HasSubstr("has format 2.0")));
        EXPECT_THAT(error.hint(), HasSubstr("shop_20260114_060000.sql.gz"));
    }
    EXPECT_THAT(repository_.newest_not_after(at("20260115_025959"), "shop"),
                EndsWith("/shop_20260114_060000.sql.gz"));
    EXPECT_THAT(resolve("20260114_060000"), EndsWith("/shop_20260114_060000.sql.gz"));
    EXPECT_EQ(resolve("20260115_030000"), newer);
}

TEST_F(Resolve, RefusesToPassOverWhatWasOursByItsEvidence) {
    std::string const newer = plant("shop", "20260115_030000");
    FileSource const source{newer};
    record_evidence(newer, source.size(), read_footer(source).value(), {});
    write_whole_file(newer, std::string(5000, '\0')); // as a disk or malware may leave it
    EXPECT_THAT(refusal("latest").what(),
                AllOf(HasSubstr(newer), HasSubstr("evidence beside it says that pgkeep wrote it")));
    write_whole_file(newer, "");
    EXPECT_EQ(refusal("latest").kind(), ErrorKind::failed);
}

TEST_F(Resolve, FindsTheLatestBesideAnUnreadableArchiveThatIsOlderOrOfAnotherDatabase) {
    plant("app", "20260112_120000");
    plant_of_later_version("app", "20260115_030000");
    plant_of_later_version("shop", "20260114_050000");
    EXPECT_THAT(resolve("latest"), EndsWith("/shop_20260114_060000.sql.gz"));
}

TEST_F(Resolve, FindsAStamp) {
    EXPECT_THAT(resolve("20260113_120000"), EndsWith("/shop_20260113_120000.sql.gz"));
}

TEST_F(Resolve, FindsByStampWhatLatestPassesOver) {
    std::string const safety = plant("shop", "20260115_010000", ArchiveKind::safety);
    std::string const future = plant("shop", "20260116_000000");
    EXPECT_EQ(resolve("20260115_010000"), safety);
    EXPECT_EQ(resolve("20260116_000000"), future);
    plant("shop", "20260112_120000", ArchiveKind::safety);
    EXPECT_THAT(resolve("20260112_120000"), EndsWith("/shop_20260112_120000.sql.gz"));
}

TEST_F(Resolve, PrefersTheCompleteArchiveOfAStamp) {
    write_whole_file(folder_.file("shop_20260112_120000.sql.gz"), "foreign");
    EXPECT_THAT(resolve("20260112_120000"), EndsWith("/shop/shop_20260112_120000.sql.gz"));
}

TEST_F(Resolve, FindsATimeInTheZoneOfTheProcess) {
    for (char const *const time : {"2026-01-13 15:00:00", "2026-01-13T15:00:00", "2026-01-13 15:00",
                                   "2026-01-13T12:00Z", "2026-01-13 12:00:00Z"}) {
        EXPECT_THAT(resolve(time), EndsWith("/shop_20260113_120000.sql.gz")) << time;
    }
    EXPECT_THAT(resolve("2026-01-14 01:59"), EndsWith("/shop_20260113_225959.sql.gz"));
}

TEST_F(Resolve, TakesTheNewestOfALocalDay) {
    EXPECT_THAT(resolve("yesterday"), EndsWith("/shop_20260114_060000.sql.gz"));
    EXPECT_THAT(resolve("2026-01-13"), EndsWith("/shop_20260113_120000.sql.gz"));
    EXPECT_THAT(resolve("2026-01-13Z"), EndsWith("/shop_20260113_225959.sql.gz"));
}

TEST_F(Resolve, NamesTheNearestOfAnUnknownStampInUtcAndLocalTime) {
    Error const error = refusal("20260113_130000");
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "there is no archive of database shop of 20260113_130000 (UTC)");
    EXPECT_EQ(
        error.hint(),
        "The nearest are "
        "shop_20260113_120000.sql.gz (2026-01-13 12:00:00 UTC, 2026-01-13 15:00:00 local time), "
        "shop_20260113_225959.sql.gz (2026-01-13 22:59:59 UTC, 2026-01-14 01:59:59 local time), "
        "shop_20260114_060000.sql.gz (2026-01-14 06:00:00 UTC, 2026-01-14 09:00:00 local time).");
}

TEST_F(Resolve, NamesTheNearestOfADayWithoutArchives) {
    Error const error = refusal("today");
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "there is no complete archive of database shop of today");
    EXPECT_THAT(error.hint(), HasSubstr("shop_20260114_060000.sql.gz"));
}

TEST_F(Resolve, SaysWhatCanBeNamed) {
    Error const error = refusal("lastest");
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "there is no archive of database shop or file lastest");
    EXPECT_THAT(error.hint(), HasSubstr("Name `latest`, a stamp such as"));
}

TEST_F(Resolve, SaysThatThereIsNone) {
    write_whole_file(folder_.file("of_others_20260112_120000.sql.gz"), "foreign");
    Error const error = refusal("latest", "of_others");
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_THAT(error.what(), HasSubstr("there is no complete archive of database of_others"));
    EXPECT_EQ(error.hint(),
              "There is no complete archive of database of_others in the repository.");
}

TEST_F(Resolve, SaysThatTheRepositoryDoesNotHaveTheDatabase) {
    for (char const *const wanted : {"latest", "20260112_120000", "yesterday"}) {
        Error const error = refusal(wanted, "shpo");
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
        EXPECT_EQ(error.what(), "there are no archives of database \"shpo\" in " + folder_.path());
        EXPECT_THAT(error.hint(), HasSubstr("Did you mean \"shop\"?"));
    }
}

TEST_F(Resolve, RefusesToChooseBetweenDatabases) {
    plant("app", "20260112_120000");
    for (char const *const wanted : {"20260112_120000", "latest", "2026-01-12"}) {
        Error const error = refusal(wanted, {});
        EXPECT_EQ(error.kind(), ErrorKind::usage) << wanted;
        EXPECT_STREQ(error.what(), "archives of several databases fit: app, shop");
    }
    EXPECT_THAT(resolve("20260112_120000", "app"), EndsWith("/app_20260112_120000.sql.gz"));
    EXPECT_THAT(resolve("20260113_120000", {}), EndsWith("/shop_20260113_120000.sql.gz"));
}

TEST_F(Resolve, TakesAPathAsItIs) {
    std::string const path = folder_.file("any.sql");
    write_whole_file(path, "x");
    EXPECT_EQ(resolve(path), path);
    Error const error = refusal(folder_.file("none.sql"));
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.what(), "there is no file " + folder_.file("none.sql"));
}

TEST_F(Resolve, TakesAFileOfTheCurrentFolderAndOneOfTheRepositoryByName) {
    std::string const name = "resolve_test_" + std::to_string(::getpid()) + ".sql";
    write_whole_file(name, "x");
    EXPECT_EQ(resolve(name), name);
    ::unlink(name.c_str());
    EXPECT_EQ(resolve("shop_20260112_120000.sql.gz"),
              folder_.file("shop/shop_20260112_120000.sql.gz"));
}

TEST_F(Resolve, FindsTheNewestNotAfterATime) {
    EXPECT_THAT(repository_.newest_not_after(at("20260113_120000"), "shop"),
                EndsWith("/shop_20260113_120000.sql.gz"));
    EXPECT_THAT(repository_.newest_not_after(at("20260113_115959"), "shop"),
                EndsWith("/shop_20260112_120000.sql.gz"));
    EXPECT_THROW(static_cast<void>(repository_.newest_not_after(at("20260112_115959"), "shop")),
                 Error);
}

} // namespace
} // namespace pgkeep
