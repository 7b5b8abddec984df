#include "model/archive_name.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

namespace {

Time stamp() {
    return parse_stamp("20260112_120000").value();
}

} // namespace

TEST(ArchiveName, HasTheFormOfTheOldScripts) {
    EXPECT_EQ(format_archive_name({"shop", stamp()}), "shop_20260112_120000.sql.gz");
    EXPECT_EQ(format_archive_name({"shop", stamp(), ArchiveKind::safety}),
              "shop_20260112_120000.safety.sql.gz");
    EXPECT_EQ(format_archive_name({"", stamp(), ArchiveKind::globals}),
              "globals_20260112_120000.sql.gz");
}

TEST(ArchiveName, ReadsNamesWithUnderscoresAndDigits) {
    auto const name = parse_archive_name("my_db_20250101_000000_20260112_120000.sql.gz");
    ASSERT_TRUE(name);
    EXPECT_EQ(name->database, "my_db_20250101_000000");
    EXPECT_EQ(name->time, stamp());
    EXPECT_EQ(name->kind, ArchiveKind::backup);
}

TEST(ArchiveName, ComesBackForEveryByteThatANameMayHave) {
    std::string all;
    for (int c = 1; c < 256; ++c) {
        all = std::string{"a"} + static_cast<char>(c) + ".b";
        auto const name =
            parse_archive_name(format_archive_name({all, stamp(), ArchiveKind::safety}));
        ASSERT_TRUE(name) << c;
        EXPECT_EQ(name->database, all);
    }
}

TEST(ArchiveName, NeverLeavesItsFolderOrHides) {
    EXPECT_EQ(encode_file_name("../../etc"), "%2E.%2F..%2Fetc");
    EXPECT_EQ(encode_file_name(".hidden"), "%2Ehidden");
    EXPECT_EQ(encode_file_name("ünder/score"), "%C3%BCnder%2Fscore");
}

TEST(ArchiveName, StaysBelowTheLimitOfFileSystems) {
    std::string const longest(63, '/');
    EXPECT_LT(format_archive_name({longest, stamp(), ArchiveKind::safety}).size(), 225U);
}

TEST(ArchiveName, RefusesEverythingElse) {
    for (char const *text :
         {"shop_20260112_120000.sql", "shop_20260112_120000.sql.gz.part", "shop.sql.gz",
          "_20260112_120000.sql.gz", "shop_20260230_120000.sql.gz", "shop20260112_120000.sql.gz",
          "sh%2op_20260112_120000.sql.gz", "sh%2_20260112_120000.sql.gz",
          "shop%_20260112_120000.sql.gz", ".shop_20260112_120000.sql.gz",
          "%73hop_20260112_120000.sql.gz", "", "20260112_120000.sql.gz"}) {
        EXPECT_FALSE(parse_archive_name(text)) << text;
    }
}
