#include "base/error.hpp"
#include "repository/evidence.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace pgkeep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kSize = 4711;

Footer footer_with(std::uint8_t first_byte_of_sha256) {
    Footer footer;
    footer.sha256[0] = first_byte_of_sha256;
    return footer;
}

Evidence evidence_of(std::string level, bool passed, std::string detail = {}) {
    return {parse_stamp("20260112_120000").value(),
            std::move(level),
            passed,
            "0.1.0",
            1234,
            std::move(detail)};
}

class EvidenceFile : public testing::Test {
protected:
    void record(Evidence const &evidence) const {
        record_evidence(archive_, kSize, footer_with(1), evidence);
    }
    [[nodiscard]] std::vector<Evidence> current() const {
        return current_evidence(archive_, kSize, footer_with(1));
    }

    TemporaryFolder folder_;
    std::string archive_ = folder_.file("shop_20260112_120000.sql.gz");
    std::string file_ = folder_.file(".shop_20260112_120000.sql.gz.evidence");
};

TEST_F(EvidenceFile, IsHiddenBesideItsArchive) {
    EXPECT_EQ(evidence_path(archive_), file_);
    EXPECT_EQ(evidence_path("a.sql.gz"), ".a.sql.gz.evidence");
}

TEST_F(EvidenceFile, GivesBackWhatWasRecordedOldestFirst) {
    record(evidence_of("quick", true));
    record(evidence_of("checksum", false, "at offset 12: \"wrong\""));
    std::vector<Evidence> const all = current();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].level, "quick");
    EXPECT_TRUE(all[0].passed);
    EXPECT_EQ(all[1].level, "checksum");
    EXPECT_FALSE(all[1].passed);
    EXPECT_EQ(all[1].detail, "at offset 12: \"wrong\"");
    EXPECT_EQ(all[1].time, parse_stamp("20260112_120000"));
    EXPECT_EQ(all[1].version, "0.1.0");
    EXPECT_EQ(all[1].milliseconds, 1234U);
}

TEST_F(EvidenceFile, IsForItsOwnerOnly) {
    record(evidence_of("quick", true));
    struct stat status {};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(EvidenceFile, DoesNotCountForAnotherFileContent) {
    record(evidence_of("checksum", true));
    EXPECT_THAT(current_evidence(archive_, kSize, footer_with(2)), IsEmpty());
    EXPECT_THAT(current_evidence(archive_, kSize + 1, footer_with(1)), IsEmpty());
    EXPECT_THAT(current(), SizeIs(1));
}

TEST_F(EvidenceFile, LosesOnlyDamagedLines) {
    record(evidence_of("quick", true));
    append_to_file(file_, "not JSON\n{}\n[1]\n{\"size\":\"x\"}\n\n");
    record(evidence_of("checksum", true));
    append_to_file(file_, "{\"half\":");
    record(evidence_of("drill", true));
    std::vector<Evidence> const all = current();
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[0].level, "quick");
    EXPECT_EQ(all[1].level, "checksum");
    EXPECT_EQ(all[2].level, "drill");
}

TEST_F(EvidenceFile, PassesOverALineWithANumberThatIsNone) {
    record(evidence_of("quick", true));
    auto line = nlohmann::json::parse(read_whole_file(file_));
    for (double const number : {1e30, -1.0, 0.5}) {
        line["milliseconds"] = number;
        append_to_file(file_, line.dump() + "\n");
    }
    EXPECT_THAT(current(), SizeIs(1));
}

TEST_F(EvidenceFile, IsEmptyWhereThereIsNone) {
    EXPECT_THAT(current(), IsEmpty());
}

TEST_F(EvidenceFile, KeepsALongOrStrangeDetailOnOneLine) {
    record(evidence_of("checksum", false, std::string(100'000, 'x')));
    record(evidence_of("checksum", false, "two\nlines \xff"));
    std::vector<Evidence> const all = current();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_THAT(all[0].detail, SizeIs(2000));
    EXPECT_EQ(all[1].detail, "two\\x0Alines \\xFF");
    EXPECT_THAT(read_whole_file(file_), EndsWith("}\n"));
}

TEST_F(EvidenceFile, FollowsNoSymbolicLink) {
    write_whole_file(folder_.file("precious"), "content");
    ASSERT_EQ(::symlink("precious", file_.c_str()), 0);
    EXPECT_THROW(record(evidence_of("quick", true)), Error);
    EXPECT_THROW(static_cast<void>(current()), Error);
    EXPECT_EQ(read_whole_file(folder_.file("precious")), "content");
}

TEST_F(EvidenceFile, WritesToNoSecondNameOfAnotherFile) {
    write_whole_file(folder_.file("precious"), "content");
    ASSERT_EQ(::link(folder_.file("precious").c_str(), file_.c_str()), 0);
    EXPECT_THROW(record(evidence_of("quick", true)), Error);
    EXPECT_EQ(read_whole_file(folder_.file("precious")), "content");
}

TEST_F(EvidenceFile, ShowsNothingRawOfWhatOthersWroteIntoIt) {
    record(evidence_of("quick", true));
    std::string text = read_whole_file(file_);
    text.replace(text.find("quick"), 5, "\\u001b[2J\\u202e");
    write_whole_file(file_, text);
    ASSERT_THAT(current(), SizeIs(1));
    EXPECT_EQ(current()[0].level, "\\x1B[2J\\xE2\\x80\\xAE");
}

TEST_F(EvidenceFile, PassesOverALineThatIsNestedDeeplyInLittleMemory) {
    write_whole_file(file_, std::string(8 << 20, '['));
    EXPECT_THAT(current(), IsEmpty());
}

TEST_F(EvidenceFile, SaysWhereItCannotBeWritten) {
    try {
        record_evidence("/nonexistent/a.sql.gz", kSize, footer_with(1), evidence_of("quick", true));
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot open folder /nonexistent"));
    }
}

} // namespace
} // namespace pgkeep
