#include "cli/backup_report.hpp"
#include "cli/report_json.hpp"
#include "cli/restore_report.hpp"
#include "cli/verify_report.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;

RowDigest digest(std::uint64_t rows, std::uint64_t low) {
    return {rows, rows * 10, {1, low}};
}

TableEntry table(std::uint32_t number, std::string const &name, std::uint64_t rows) {
    TableEntry entry;
    entry.number = number;
    entry.schema = "public";
    entry.name = name;
    entry.proof = digest(rows, number);
    return entry;
}

Manifest manifest() {
    Manifest manifest;
    manifest.origin.database = "app";
    manifest.origin.snapshot_time = parse_iso("2026-01-12T12:00:00Z").value();
    manifest.tables = {table(1, "users", 1500), table(2, "orders", 20), table(3, "log", 0)};
    manifest.tables[2].has_data = false;
    manifest.sequences = {{"public", "users_id_seq", 1500, true}};
    manifest.large_objects = {2, digest(2, 9)};
    return manifest;
}

BackupReport backup_report() {
    BackupReport report;
    report.archive = "/srv/app/app_20260112_120000.sql.gz";
    report.size = 4'404'019;
    report.text_size = 44'040'190;
    report.duration = 3100ms;
    report.check_duration = 200ms;
    report.checked = true;
    report.manifest = manifest();
    return report;
}

RestoreReport restore_report() {
    RestoreReport report;
    report.target = "copy";
    report.archive = "/srv/x.sql.gz";
    report.manifest = manifest();
    report.found.tables = {digest(1500, 1), digest(20, 2), std::nullopt};
    report.found.sequences = {SequenceEntry{"public", "users_id_seq", 1500, true}};
    report.found.large_objects = LargeObjectsEntry{2, digest(2, 9)};
    report.proven = true;
    report.plan = {"create database copy", "load 1,520 rows"};
    report.load_duration = 2000ms;
    report.proof_duration = 900ms;
    report.duration = 3100ms;
    return report;
}

TEST(BackupReportText, IsOneLineWithArchiveRowsSizesTimeAndProof) {
    EXPECT_EQ(
        backup_line("app", backup_report()),
        "app: /srv/app/app_20260112_120000.sql.gz: 1,520 rows in 3 tables, 4.2 MiB (42 MiB of "
        "text), 3.1 s, read back and proven\n");
}

TEST(BackupReportText, SaysWhenNothingWasChecked) {
    BackupReport report = backup_report();
    report.checked = false;
    EXPECT_TRUE(backup_line("app", report).ends_with(", not checked\n"));
}

TEST(BackupReportText, ShowsNoControlCharactersOfAName) {
    EXPECT_TRUE(backup_line("a\nb\x1b[2J", backup_report()).starts_with("a\\x0Ab\\x1B[2J: "));
}

TEST(BackupReportJson, HasTheNumbersOfTheArchive) {
    auto const object = backup_json("app", backup_report());
    EXPECT_EQ(object.at("database"), "app");
    EXPECT_EQ(object.at("archive"), "/srv/app/app_20260112_120000.sql.gz");
    EXPECT_EQ(object.at("snapshot_time"), "2026-01-12T12:00:00Z");
    EXPECT_EQ(object.at("size"), 4'404'019);
    EXPECT_EQ(object.at("text_size"), 44'040'190);
    EXPECT_EQ(object.at("tables"), 3);
    EXPECT_EQ(object.at("rows"), 1520);
    EXPECT_EQ(object.at("sequences"), 1);
    EXPECT_EQ(object.at("large_objects"), 2);
    EXPECT_DOUBLE_EQ(object.at("seconds").get<double>(), 3.1);
    EXPECT_EQ(object.at("verified"), "checksum");
}

TEST(ReportJson, ANameThatIsNotUtf8IsItsBytesInHex) {
    EXPECT_EQ(json_name("näme"), "näme");
    EXPECT_EQ(json_name("n\xe4me").at("hex"), "6ee46d65");
}

TEST(RestoreReportText, TheProofTableHasRowsOnBothSidesAndTheVerdict) {
    EXPECT_EQ(format_proof(restore_report()),
              "table          rows in archive  rows restored  content\n"
              "public.users             1,500          1,500  same\n"
              "public.orders               20             20  same\n"
              "public.log                   0              -  left out of the archive\n"
              "1 of 1 sequences have the value of the archive\n"
              "2 of 2 large objects, same\n");
}

TEST(RestoreReportText, TheProofTableShowsWhatDiffers) {
    RestoreReport report = restore_report();
    report.found.tables[0]->rows = 1499;
    report.found.tables[1].reset();
    std::string const text = format_proof(report);
    EXPECT_NE(text.find("1,500          1,499  DIFFERENT\n"), std::string::npos) << text;
    EXPECT_NE(text.find("20              -  MISSING\n"), std::string::npos) << text;
}

TEST(RestoreReportText, CountsAloneDoNotClaimTheSameContent) {
    RestoreReport report = restore_report();
    report.check = RestoreCheck::counts;
    std::string const text = format_proof(report);
    EXPECT_EQ(text.find("1,500  same"), std::string::npos) << text;
    EXPECT_NE(text.find("1,500          1,500  not compared"), std::string::npos) << text;
}

TEST(RestoreReportText, WithoutACheckNothingIsClaimed) {
    RestoreReport report = restore_report();
    report.found = {};
    report.proven = false;
    report.check = RestoreCheck::none;
    std::string const text = format_proof(report);
    EXPECT_NE(text.find("1,500              -  not compared"), std::string::npos) << text;
    EXPECT_EQ(text.find("sequences"), std::string::npos) << text;
    EXPECT_NE(format_summary(report).find("NOT PROVEN"), std::string::npos);
}

TEST(RestoreReportText, ThePlanIsNumbered) {
    EXPECT_EQ(format_plan(restore_report().plan),
              " 1. create database copy\n 2. load 1,520 rows\n");
}

TEST(RestoreReportText, TheSummarySaysWhatCanBeGoneBackTo) {
    RestoreReport report = restore_report();
    report.safety_snapshot = "/srv/copy_20260112_120000.safety.sql.gz";
    report.old_database = "copy__before_20260112_120001";
    report.swap_duration = 23ms;
    std::string const text = format_summary(report);
    for (char const *part :
         {"safety snapshot of what was there before: /srv/copy_20260112_120000.safety.sql.gz\n",
          "copy: names swapped in 23 ms\n",
          "what was there before is kept as database \"copy__before_20260112_120001\"\n",
          "pgkeep-restore --undo"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
    }
}

TEST(RestoreReportText, ANewDatabaseHasNothingToGoBackTo) {
    EXPECT_EQ(format_summary(restore_report()).find("--undo"), std::string::npos);
}

TEST(RestoreReportJson, HasEveryTableWithItsVerdict) {
    auto const object = restore_json(restore_report());
    EXPECT_EQ(object.at("target"), "copy");
    EXPECT_EQ(object.at("archive"), "/srv/x.sql.gz");
    EXPECT_EQ(object.at("proven"), true);
    ASSERT_EQ(object.at("tables").size(), 3U);
    EXPECT_EQ(object.at("tables")[0].at("name"), "users");
    EXPECT_EQ(object.at("tables")[0].at("rows"), 1500);
    EXPECT_EQ(object.at("tables")[0].at("restored_rows"), 1500);
    EXPECT_EQ(object.at("tables")[0].at("content"), "same");
    EXPECT_EQ(object.at("tables")[2].at("content"), "left out of the archive");
    EXPECT_EQ(object.at("plan").size(), 2U);
}

VerifyReport verify_report() {
    VerifyReport report;
    report.path = "/srv/app_20260112_120000.sql.gz";
    report.size = 4'404'019;
    report.tables = 3;
    report.rows = 1520;
    report.database = "app";
    report.duration = 800ms;
    return report;
}

TEST(VerifyReportText, ASoundArchiveIsOneLine) {
    EXPECT_EQ(
        format_verify_report(verify_report()),
        "ok       /srv/app_20260112_120000.sql.gz: 1,520 rows in 3 tables, 4.2 MiB, checksum, "
        "0.8 s\n");
}

TEST(VerifyReportText, ADamagedOneHasItsFindingsBelowWithTheirPlace) {
    VerifyReport report = verify_report();
    report.findings.push_back({1234, "table public.users", "CRC-32 is wrong"});
    std::string const text = format_verify_report(report);
    EXPECT_TRUE(text.starts_with("DAMAGED  /srv/app_20260112_120000.sql.gz: ")) << text;
    EXPECT_TRUE(text.ends_with("\n         " + report.findings[0].text() + "\n")) << text;
    EXPECT_NE(text.find("1234"), std::string::npos) << text;
    EXPECT_NE(text.find("public.users"), std::string::npos) << text;
}

TEST(VerifyReportJson, HasFindingsWithTheirPlace) {
    VerifyReport report = verify_report();
    report.findings.push_back({1234, "table public.users", "CRC-32 is wrong"});
    report.findings.push_back({std::nullopt, "footer", "missing"});
    auto const object = verify_json(report);
    EXPECT_EQ(object.at("passed"), false);
    EXPECT_EQ(object.at("level"), "checksum");
    EXPECT_EQ(object.at("findings")[0].at("offset"), 1234);
    EXPECT_EQ(object.at("findings")[0].at("object"), "table public.users");
    EXPECT_EQ(object.at("findings")[0].at("message"), "CRC-32 is wrong");
    EXPECT_FALSE(object.at("findings")[1].contains("offset"));
    EXPECT_EQ(verify_json(verify_report()).at("passed"), true);
}

} // namespace
} // namespace pgkeep
