#include "base/error.hpp"
#include "repository/evidence.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/temporary_folder.hpp"
#include "verify/sample_archive.hpp"
#include "verify/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace pgkeep {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class VerifyFile : public testing::Test {
protected:
    [[nodiscard]] VerifyReport verify(std::string const &content,
                                      VerifyLevel level = VerifyLevel::checksum) const {
        write_whole_file(path_, content);
        NoProgress progress;
        return verify_file(path_, {level, 2, {}}, {}, progress);
    }
    [[nodiscard]] std::vector<std::string>
    findings(std::string const &content, VerifyLevel level = VerifyLevel::checksum) const {
        std::vector<std::string> texts;
        for (Finding const &finding : verify(content, level).findings) {
            texts.push_back(finding.text());
        }
        return texts;
    }

    [[nodiscard]] BlockEntry block(std::size_t number) const {
        MemorySource const source{as_bytes(archive_)};
        return ArchiveReader{source}.blocks().at(number);
    }

    TemporaryFolder folder_;
    std::string path_ = folder_.file("shop_20260112_120000.sql.gz");
    std::string const archive_ = SampleArchive{}.make();
    std::string const text_ = unpacked(archive_);
};

TEST_F(VerifyFile, PassesAnArchiveOfOurs) {
    for (VerifyLevel const level : {VerifyLevel::quick, VerifyLevel::checksum}) {
        VerifyReport const report = verify(archive_, level);
        EXPECT_TRUE(report.passed());
        EXPECT_EQ(report.type, SourceType::archive);
        EXPECT_EQ(report.level, level);
        EXPECT_EQ(report.path, path_);
        EXPECT_EQ(report.size, archive_.size());
        EXPECT_EQ(report.tables, 4U);
        EXPECT_EQ(report.rows, 20'013U);
        EXPECT_EQ(report.database, "shop");
        EXPECT_EQ(report.outcome_note, "");
    }
}

TEST_F(VerifyFile, WarnsWhenNobodyWillKnowThatTheArchiveIsBad) {
    LogCapture const log;
    std::filesystem::create_directory(evidence_path(path_));
    static_cast<void>(verify(archive_));
    EXPECT_THAT(log.text(), Not(HasSubstr("warning")));
    std::string damaged = archive_;
    damaged[damaged.size() / 2] ^= 1;
    EXPECT_FALSE(verify(damaged).passed());
    EXPECT_THAT(log.text(), HasSubstr("retention does not know that the archive is bad"));
}

// Else a scrub would read the same archives every night.
TEST_F(VerifyFile, WarnsWhenLaterRunsWillNotKnowOfThisCheck) {
    LogCapture const log;
    std::filesystem::create_directory(evidence_path(path_));
    VerifyOptions options;
    options.needs_evidence = true;
    write_whole_file(path_, archive_);
    NoProgress progress;
    EXPECT_TRUE(verify_file(path_, options, {}, progress).passed());
    EXPECT_THAT(log.text(), HasSubstr("warning: no evidence is kept of this check"));
}

TEST_F(VerifyFile, SaysWhatAnArchiveUnderAnotherNameIsOf) {
    EXPECT_THAT(verify(archive_).notes, IsEmpty());
    path_ = folder_.file("crm_20260112_120000.sql.gz");
    EXPECT_THAT(verify(archive_).notes, ElementsAre(HasSubstr("it is of database \"shop\"")));
    MemorySource const source{as_bytes(archive_)};
    EXPECT_EQ(current_evidence(path_, archive_.size(), read_footer(source).value()).at(0).database,
              "shop");
}

TEST_F(VerifyFile, KeepsEvidenceOfEachCheckBesideTheArchive) {
    static_cast<void>(verify(archive_, VerifyLevel::quick));
    static_cast<void>(verify(archive_, VerifyLevel::checksum));
    MemorySource const source{as_bytes(archive_)};
    auto const evidence = current_evidence(path_, archive_.size(), read_footer(source).value());
    ASSERT_THAT(evidence, SizeIs(2));
    EXPECT_EQ(evidence[0].level, "quick");
    EXPECT_EQ(evidence[1].level, "checksum");
    EXPECT_TRUE(evidence[0].passed && evidence[1].passed);
    EXPECT_EQ(evidence[1].version, pgkeep_version());
}

TEST_F(VerifyFile, KeepsEvidenceOfAFailureWithItsFirstFinding) {
    std::string damaged = archive_;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 4);
    VerifyReport const report = verify(damaged);
    ASSERT_FALSE(report.passed());
    MemorySource const source{as_bytes(damaged)};
    auto const evidence = current_evidence(path_, damaged.size(), read_footer(source).value());
    ASSERT_THAT(evidence, SizeIs(1));
    EXPECT_FALSE(evidence[0].passed);
    EXPECT_EQ(evidence[0].detail, report.findings.front().text());
    EXPECT_THAT(evidence[0].detail, StartsWith("at offset "));
}

TEST_F(VerifyFile, NoticesFlippedBitsAllOverAnArchive) {
    for (std::size_t offset = 0; offset < archive_.size(); offset += 499) {
        std::string damaged = archive_;
        damaged[offset] = static_cast<char>(damaged[offset] ^ (1 << (offset % 8)));
        EXPECT_THAT(findings(damaged), Not(IsEmpty())) << offset;
    }
}

TEST_F(VerifyFile, SaysWhereACutArchiveStopsAndInWhichTable) {
    BlockEntry const users = block(2);
    VerifyReport const report =
        verify(archive_.substr(0, static_cast<std::size_t>(users.offset + users.stored_size - 10)));
    EXPECT_EQ(report.type, SourceType::broken);
    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_GT(report.findings[0].offset, users.offset);
    EXPECT_EQ(report.findings[0].object, "table \"public\".\"users\"");
    EXPECT_THAT(report.findings[0].message,
                StartsWith("the archive can be read up to here, inside this block: "));
}

TEST_F(VerifyFile, SaysBehindWhichTableAnArchiveWasCut) {
    auto const cut = static_cast<std::size_t>(block(2).offset + block(2).stored_size);
    EXPECT_THAT(
        findings(archive_.substr(0, cut)),
        ElementsAre(StartsWith("at offset " + std::to_string(cut) +
                               ", table \"public\".\"users\": the archive can be read up to "
                               "here, behind this block: ")));
}

TEST_F(VerifyFile, NoticesEveryCutOfAnArchive) {
    for (std::size_t size = 0; size < archive_.size(); size += 499) {
        EXPECT_THAT(findings(archive_.substr(0, size)), Not(IsEmpty())) << size;
    }
}

TEST_F(VerifyFile, NoticesBytesBehindAnArchive) {
    EXPECT_THAT(findings(archive_ + "garbage"), Not(IsEmpty()));
    EXPECT_THAT(findings(archive_ + std::string(512, '\0')), Not(IsEmpty()));
}

TEST_F(VerifyFile, ReportsAnEmptyFile) {
    EXPECT_THAT(findings(""), ElementsAre("at offset 0, file: it is empty"));
}

TEST_F(VerifyFile, ProvesARecompressedArchiveByItsManifest) {
    VerifyReport const report = verify(packed(text_));
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_EQ(report.type, SourceType::gzip);
    EXPECT_EQ(report.database, "shop");
    EXPECT_EQ(report.tables, 4U);
    EXPECT_EQ(report.rows, 20'013U);
    EXPECT_THAT(report.outcome_note, HasSubstr("compared with the manifest"));
}

TEST_F(VerifyFile, ProvesAnUnpackedArchiveByItsManifest) {
    VerifyReport const report = verify(text_);
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_EQ(report.type, SourceType::plain);
    EXPECT_EQ(report.database, "shop");
}

TEST_F(VerifyFile, NoticesARemovedRow) {
    EXPECT_THAT(findings(packed(replaced(text_, "\n777\tname 777\n", "\n"))),
                ElementsAre(AllOf(HasSubstr("table public.users: the manifest says 20,010 rows"),
                                  HasSubstr("the script has 20,009 rows"))));
}

TEST_F(VerifyFile, NoticesAnAddedRow) {
    EXPECT_THAT(findings(packed(replaced(text_, "\n777\t", "\n777\tx\n777\t"))),
                ElementsAre(HasSubstr("the script has 20,011 rows")));
}

TEST_F(VerifyFile, NoticesAChangedRow) {
    EXPECT_THAT(findings(packed(replaced(text_, "\n777\tname", "\n777\tnane"))),
                ElementsAre(AllOf(HasSubstr("table public.users"),
                                  HasSubstr("the script has 20,010 rows"))));
}

TEST_F(VerifyFile, NoticesRowsThatChangedTheirTable) {
    std::string const rows = text_.substr(text_.find("\n3\n\\.\n"), 2);
    std::string const moved =
        replaced(replaced(text_, rows + "\n\\.\n", "\n\\.\n"), "\n777\t", rows + "\n777\t");
    EXPECT_THAT(findings(moved),
                ElementsAre(HasSubstr("table public.users"), HasSubstr("table public.orders")));
}

TEST_F(VerifyFile, NoticesAMissingBlock) {
    std::size_t const begin = text_.find("COPY \"public\".\"orders\"");
    std::size_t const end = text_.find("\\.\n\n", begin) + 4;
    std::string const without = text_.substr(0, begin) + text_.substr(end);
    EXPECT_THAT(findings(packed(without)),
                ElementsAre(AllOf(HasSubstr("table public.orders: the manifest says 3 rows"),
                                  HasSubstr("the script has nothing of it"))));
}

TEST_F(VerifyFile, NoticesRowsUnderAnotherColumnList) {
    EXPECT_THAT(findings(replaced(text_, "\"orders\" (\"id\")", "\"orders\" (\"di\")")),
                ElementsAre(HasSubstr("table public.orders"),
                            "script: 3 rows stand behind `COPY \"public\".\"orders\" (\"di\") FROM "
                            "stdin;`, which the manifest does not know"));
}

TEST_F(VerifyFile, NoticesAChangedAndAMissingSequence) {
    EXPECT_THAT(findings(replaced(text_, ", 42, true);", ", 41, true);")),
                ElementsAre(AllOf(HasSubstr("sequence public.a'b\\\"c\\x0A: the manifest says 42"),
                                  HasSubstr("the script has 41"))));
    EXPECT_THAT(findings(replaced(text_, ", 1, false);", ", 1, true);")),
                ElementsAre(HasSubstr("sequence public.fresh: the manifest says 1 (not called)")));
    EXPECT_THAT(findings(replaced(
                    text_, "SELECT pg_catalog.setval('\"public\".\"fresh\"', 1, false);\n", "")),
                ElementsAre(AllOf(HasSubstr("sequence public.fresh"), HasSubstr("nothing of it"))));
}

TEST_F(VerifyFile, NoticesAChangedLargeObject) {
    EXPECT_THAT(findings(replaced(text_, "lo_put('16384', 0, '\\x63", "lo_put('16384', 0, '\\x64")),
                ElementsAre(HasSubstr("content of large objects")));
}

TEST_F(VerifyFile, NoticesADamagedManifestLine) {
    EXPECT_THAT(findings(replaced(text_, "-- pgkeep: {", "-- pgkeeq: {")),
                ElementsAre(StartsWith("manifest: ")));
}

TEST_F(VerifyFile, NoticesACutInsideCopyData) {
    std::size_t const cut = text_.find("\n777\t") + 3;
    EXPECT_THAT(
        findings(packed(text_.substr(0, cut))),
        ElementsAre(AllOf(StartsWith("script: line "),
                          HasSubstr("the COPY data of \"public\".\"users\" begins here and has "
                                    "no end; the script is cut in row 777 of it"))));
}

TEST_F(VerifyFile, NoticesAMissingClosingLine) {
    EXPECT_THAT(findings(packed(replaced(text_, "-- PostgreSQL database dump complete\n", ""))),
                ElementsAre(HasSubstr("without the line `-- PostgreSQL database dump complete`")));
}

TEST_F(VerifyFile, NoticesAFlippedBitInTheGzipOfOthersWithItsOffset) {
    std::string const good = packed("SELECT 1;\n" + std::string{kSampleEnd});
    for (std::size_t offset = 10; offset < good.size(); ++offset) {
        std::string damaged = good;
        damaged[offset] = static_cast<char>(damaged[offset] ^ 16);
        EXPECT_THAT(findings(damaged),
                    Contains(AllOf(StartsWith("at offset "), HasSubstr("gzip data"))))
            << offset;
    }
}

TEST_F(VerifyFile, NoticesACutGzipOfOthersAndSaysInWhichTable) {
    std::string const stored = packed(text_);
    auto const found = findings(stored.substr(0, stored.size() / 2));
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0], "at offset " + std::to_string(stored.size() / 2) +
                            ", gzip data: the file ends inside a gzip member");
    EXPECT_THAT(found[1], HasSubstr("the COPY data of \"public\".\"users\""));
}

TEST_F(VerifyFile, NoticesGarbageBehindTheGzipOfOthers) {
    std::string const stored = packed(text_);
    EXPECT_THAT(
        findings(stored + "garbage"),
        ElementsAre("at offset " + std::to_string(stored.size()) +
                    ", gzip data: the bytes behind the last gzip member belong to no member"));
}

TEST_F(VerifyFile, SaysWhatCannotBeKnownOfAForeignScript) {
    std::string const script =
        "\\connect shop\nCOPY public.a FROM stdin;\n1\n2\n\\.\n" + std::string{kSampleEnd};
    VerifyReport const gzip = verify(packed(script));
    EXPECT_TRUE(gzip.passed());
    EXPECT_EQ(gzip.tables, 1U);
    EXPECT_EQ(gzip.rows, 2U);
    EXPECT_EQ(gzip.database, "");
    EXPECT_EQ(
        gzip.outcome_note,
        "not written by pgkeep: the gzip checksums, the ends of all COPY data and the closing line "
        "were checked; there is no manifest to compare rows with; the script has psql commands, "
        "the first in line 1: \\connect");
    EXPECT_THAT(verify(script).outcome_note, HasSubstr("there are no checksums"));
}

TEST_F(VerifyFile, LooksAtTheEndOfAPlainScriptQuickly) {
    VerifyReport const good = verify("SELECT 1;\n" + std::string{kSampleEnd}, VerifyLevel::quick);
    EXPECT_TRUE(good.passed());
    EXPECT_THAT(good.outcome_note, HasSubstr("only the last bytes were looked at"));
    EXPECT_THAT(
        findings("SELECT 1;\n", VerifyLevel::quick),
        ElementsAre(
            "script: its end does not have the line `-- PostgreSQL database dump complete`"));
}

TEST_F(VerifyFile, SaysThatAGzipScriptHasNoQuickEnd) {
    VerifyReport const good = verify(packed("SELECT 1;\n"), VerifyLevel::quick);
    EXPECT_TRUE(good.passed());
    EXPECT_THAT(good.outcome_note, HasSubstr("the end of a gzip file cannot be read alone"));
    std::string damaged = packed("SELECT 1;\n");
    damaged[2] = 9; // a compression method that does not exist
    EXPECT_THAT(
        findings(damaged, VerifyLevel::quick),
        ElementsAre(HasSubstr("gzip data: not valid gzip data: unknown compression method")));
}

TEST_F(VerifyFile, NoticesATarArchiveThatPgDumpDidNotWrite) {
    std::string tar(1536, '\0');
    tar.replace(0, 8, "data.txt");
    tar.replace(257, 5, "ustar");
    EXPECT_THAT(findings(tar), ElementsAre(StartsWith("file: ")));
}

TEST_F(VerifyFile, NoticesACustomArchiveOfPgDumpThatIsCut) {
    EXPECT_THAT(findings("PGDMP\x01"),
                ElementsAre(AllOf(StartsWith("file: "), HasSubstr("cannot be read to its end"))));
}

TEST_F(VerifyFile, ThrowsForAFileThatDoesNotExist) {
    NoProgress progress;
    try {
        static_cast<void>(verify_file(folder_.file("none"), {}, {}, progress));
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
    }
}

TEST_F(VerifyFile, StopsWhenItIsToldTo) {
    std::stop_source stop;
    stop.request_stop();
    NoProgress progress;
    for (std::string const &content : {archive_, text_}) {
        write_whole_file(path_, content);
        try {
            static_cast<void>(verify_file(path_, {}, stop.get_token(), progress));
            FAIL() << "nothing was thrown";
        } catch (Error const &error) {
            EXPECT_EQ(error.kind(), ErrorKind::cancelled);
        }
    }
}

} // namespace
} // namespace pgkeep
