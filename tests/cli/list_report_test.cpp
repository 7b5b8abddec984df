#include "cli/list_report.hpp"
#include "cli/text_table.hpp"

#include "golden.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Time at(std::string_view text) {
    return parse_iso(text).value();
}

Time const kNow = at("2026-01-20T08:00:00Z");

ArchiveState entry(std::string const &database, std::string_view time, std::uint64_t size,
                   std::uint64_t rows, ArchiveKind kind = ArchiveKind::backup) {
    ArchiveState entry;
    entry.file.name = {database, at(time), kind};
    entry.file.path = "/srv/" + format_archive_name(entry.file.name);
    entry.file.size = size;
    entry.file.footer = Footer{};
    entry.file.footer->kind = kind;
    entry.file.footer->rows = rows;
    entry.file.footer->tables = 7;
    return entry;
}

Evidence evidence(std::string_view time, std::string const &level, bool passed) {
    Evidence evidence;
    evidence.time = at(time);
    evidence.level = level;
    evidence.passed = passed;
    evidence.detail = passed ? "" : "at offset 12: CRC-32 is wrong";
    return evidence;
}

std::vector<ArchiveState> sample() {
    std::vector<ArchiveState> entries{
        entry("app", "2026-01-12T12:00:00Z", 4'404'019, 300'123),
        entry("app", "2026-01-18T03:15:00Z", 4'504'019, 0, ArchiveKind::safety),
        entry("shop", "2026-01-19T12:00:00Z", 512, 1'234'567),
        entry("", "2026-01-19T12:00:00Z", 900, 0, ArchiveKind::globals),
        entry("app", "2026-01-20T07:59:15Z", 4'504'019, 300'500),
        entry("ev\x1b", "2026-01-20T07:30:00Z", 3'221'225'472, 99),
        entry("app", "2026-01-21T00:00:00Z", 10, 1),
    };
    entries[0].evidence = {evidence("2026-01-19T12:00:00Z", "checksum", true)};
    entries[2].evidence = {evidence("2026-01-20T07:48:00Z", "checksum", false)};
    entries[4].evidence = {evidence("2026-01-20T07:59:30Z", "quick", true)};
    entries[5].file.footer.reset();
    entries[5].file.broken = true;
    entries[5].file.problem = "there is no footer";
    return entries;
}

TEST(ListReport, TheTableIsTheGoldenOne) {
    expect_golden("tests/cli/golden/list.txt", format_list(sample(), kNow));
}

TEST(ListReport, TellsWhatIsUnknownUnreadableOrFailedForGood) {
    auto archive = entry("app", "2026-01-12T12:00:00Z", 1, 1);
    archive.evidence = {evidence("2026-01-19T12:00:00Z", "drill", false),
                        evidence("2026-01-20T07:00:00Z", "checksum", true)};
    EXPECT_THAT(format_list({archive}, kNow), HasSubstr("FAILED 20h"));
    EXPECT_EQ(list_json({archive}, kNow)[0].at("evidence").at("passed"), false);
    archive.evidence.front().unreadable = true;
    EXPECT_THAT(format_list({archive}, kNow), HasSubstr("UNREADABLE 20h"));
    archive.file.footer.reset();
    archive.file.unknown = true;
    EXPECT_THAT(format_list({archive}, kNow), HasSubstr("UNKNOWN"));
}

TEST(ListReport, CanBeReadInEightyColumns) {
    std::istringstream lines{format_list(sample(), kNow)};
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(display_width(line), 80U) << line;
    }
}

TEST(ListReport, NoNameReachesTheTerminalRaw) {
    EXPECT_EQ(format_list(sample(), kNow).find('\x1b'), std::string::npos);
}

TEST(ListReport, AnAgeIsItsLargestUnit) {
    EXPECT_EQ(format_age(kNow - 45s, kNow), "45s");
    EXPECT_EQ(format_age(kNow - 59min, kNow), "59min");
    EXPECT_EQ(format_age(kNow - 23h, kNow), "23h");
    EXPECT_EQ(format_age(kNow - 24h, kNow), "1d");
    EXPECT_EQ(format_age(kNow, kNow), "0s");
    EXPECT_EQ(format_age(kNow + 1s, kNow), "ahead");
}

TEST(ListReport, TheDocumentHasWhatTheTableHas) {
    auto const list = list_json(sample(), kNow);
    ASSERT_EQ(list.size(), 7U);
    EXPECT_EQ(list[0].at("database"), "app");
    EXPECT_EQ(list[0].at("archive"), "/srv/app_20260112_120000.sql.gz");
    EXPECT_EQ(list[0].at("time"), "2026-01-12T12:00:00Z");
    EXPECT_EQ(list[0].at("age_seconds"), 7 * 86'400 + 20 * 3'600);
    EXPECT_EQ(list[0].at("size"), 4'404'019);
    EXPECT_EQ(list[0].at("rows"), 300'123);
    EXPECT_EQ(list[0].at("tables"), 7);
    EXPECT_EQ(list[0].at("kind"), "backup");
    EXPECT_EQ(list[0].at("complete"), true);
    EXPECT_EQ(list[0].at("evidence").at("level"), "checksum");
    EXPECT_EQ(list[0].at("evidence").at("passed"), true);
    EXPECT_FALSE(list[1].contains("evidence"));
    EXPECT_EQ(list[2].at("evidence").at("detail"), "at offset 12: CRC-32 is wrong");
    EXPECT_TRUE(list[3].at("database").is_null());
    EXPECT_EQ(list[5].at("complete"), false);
    EXPECT_EQ(list[5].at("problem"), "there is no footer");
}

} // namespace
} // namespace pgkeep
