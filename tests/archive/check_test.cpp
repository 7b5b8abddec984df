#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "archive/sample_archive.hpp"
#include "base/error.hpp"
#include "gzip/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace pgkeep {
namespace {

using testing::HasSubstr;

CheckReport check(ByteView bytes, CheckLevel level = CheckLevel::checksum, unsigned jobs = 2) {
    NoProgress progress;
    return check_archive(MemorySource{bytes}, level, jobs, {}, progress);
}

std::string texts(CheckReport const &report) {
    std::string all;
    for (Finding const &finding : report.findings) {
        all += finding.text() + '\n';
    }
    return all;
}

std::string findings_of(ByteView bytes, CheckLevel level = CheckLevel::checksum) {
    return texts(check(bytes, level));
}

std::vector<BlockEntry> blocks_of(ByteView bytes) {
    MemorySource const source{bytes};
    return ArchiveReader{source}.blocks();
}

// The archive with its first table's first member made anew from changed text, with all its
// checksums right.
Bytes with_changed_row() {
    Bytes bytes = sample::archive({.level = 0}); // stored, so that the sizes stay
    BlockEntry const block = blocks_of(bytes)[2];
    ByteView const member = ByteView{bytes}.subspan(block.offset, block.stored_size);
    std::string text{MemberInflater{}.inflate(member)};
    text.replace(text.find("Ada"), 3, "Eve");
    Bytes changed;
    MemberCompressor{0}.compress(text, parse_member_header(member), changed);
    EXPECT_EQ(changed.size(), member.size());
    std::copy(changed.begin(), changed.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(block.offset));
    return bytes;
}

// The archive with another footer, right in itself.
Bytes with_footer(Bytes bytes, std::function<void(Footer &)> const &change) {
    Footer footer = *read_footer(MemorySource{bytes});
    change(footer);
    bytes.resize(bytes.size() - format::kFooterSize);
    Bytes const member = encode_footer(footer);
    bytes.insert(bytes.end(), member.begin(), member.end());
    return bytes;
}

TEST(CheckArchive, PassesWhatTheWriterWrote) {
    for (int const level : {0, 1, 6, 9}) {
        Bytes const bytes = sample::archive({.level = level});
        for (CheckLevel const depth : {CheckLevel::quick, CheckLevel::checksum}) {
            CheckReport const report = check(bytes, depth);
            EXPECT_TRUE(report.passed()) << texts(report);
            ASSERT_TRUE(report.footer && report.manifest);
            EXPECT_EQ(report.footer->rows, 5U);
            EXPECT_EQ(report.manifest->origin.database, "shop");
            EXPECT_EQ(report.size, bytes.size());
        }
    }
}

// Where the members of each block and attachment of a small archive begin, in file order.
std::vector<std::uint64_t> places_of(ByteView bytes) {
    std::vector<std::uint64_t> places;
    for (BlockEntry const &block : blocks_of(bytes)) {
        places.push_back(block.offset);
    }
    Footer const footer = *read_footer(MemorySource{bytes});
    places.push_back(footer.index.offset);
    places.push_back(footer.schema.offset);
    places.push_back(bytes.size() - format::kFooterSize);
    return places;
}

TEST(CheckArchive, FindsEveryFlippedBitWithItsPlace) {
    Bytes const whole = sample::archive();
    auto const places = places_of(whole);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes bytes = whole;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        CheckReport const report = check(bytes, CheckLevel::checksum, 1);
        auto const place = *std::prev(std::ranges::upper_bound(places, bit / 8));
        ASSERT_TRUE(std::ranges::any_of(
            report.findings, [&](Finding const &finding) { return finding.offset == place; }))
            << "bit " << bit % 8 << " of byte " << bit / 8 << " at " << place << '\n'
            << texts(report);
    }
}

TEST(CheckArchive, NamesTheMemberAndTheTableOfAFlippedBit) {
    Bytes const whole = sample::archive();
    auto const blocks = blocks_of(whole);
    std::vector<std::string> const names{"header comment",
                                         "pre-data",
                                         "table public.users",
                                         "table public.we\"ird\\x0Aname",
                                         "table public.users",
                                         "large objects",
                                         "sequences",
                                         "post-data",
                                         "manifest"};
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        Bytes bytes = whole;
        bytes[blocks[i].offset + format::kTextHeaderSize + 3] ^= 0x10;
        CheckReport const report = check(bytes);
        ASSERT_FALSE(report.passed());
        EXPECT_EQ(report.findings[0].offset, blocks[i].offset);
        EXPECT_EQ(report.findings[0].object, names[i]);
        EXPECT_THAT(report.findings[0].message, HasSubstr("CRC-32 of the deflate data"));
        EXPECT_THAT(report.findings.back().message, HasSubstr("SHA-256"));
    }
}

TEST(CheckArchive, FindsEveryCut) {
    Bytes const whole = sample::archive();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        for (CheckLevel const level : {CheckLevel::quick, CheckLevel::checksum}) {
            CheckReport const report = check(ByteView{whole}.first(size), level, 1);
            ASSERT_FALSE(report.passed()) << size;
            EXPECT_FALSE(report.footer);
            EXPECT_THAT(texts(report), HasSubstr("footer: there is none"));
        }
    }
}

TEST(CheckArchive, FindsBytesBehindTheEnd) {
    Bytes bytes = sample::archive();
    bytes.push_back(0);
    EXPECT_THAT(findings_of(bytes), HasSubstr("footer: there is none"));
}

TEST(CheckArchive, FindsARowThatWasChangedWithAllChecksumsMadeRight) {
    Bytes const bytes = with_changed_row();
    std::string const found = findings_of(bytes);
    EXPECT_THAT(found, HasSubstr("table public.users: the block has 2 rows of 14 bytes with hash"));
    EXPECT_THAT(found, HasSubstr("SHA-256 of what precedes the footer"));
    EXPECT_EQ(findings_of(bytes, CheckLevel::quick), "") << "quick does not read the rows";
}

TEST(CheckArchive, FindsTheRowsHashEvenWhenTheSha256WasMadeRightToo) {
    Bytes const bytes = with_footer(with_changed_row(), [](Footer &) {});
    Sha256 sha256;
    sha256.add(ByteView{bytes}.first(bytes.size() - format::kFooterSize));
    Sha256Digest const digest = sha256.finish();
    std::string const found =
        findings_of(with_footer(bytes, [&](Footer &footer) { footer.sha256 = digest; }));
    EXPECT_THAT(found, HasSubstr("the index says"));
    EXPECT_THAT(found, testing::Not(HasSubstr("SHA-256")));
}

TEST(CheckArchive, GoesOnAfterAFinding) {
    Bytes bytes = sample::archive();
    auto const blocks = blocks_of(bytes);
    for (std::size_t const block : {1U, 4U, 6U}) {
        bytes[blocks[block].offset + format::kTextHeaderSize] ^= 1;
    }
    std::string const found = findings_of(bytes);
    EXPECT_THAT(found, HasSubstr("pre-data: "));
    EXPECT_THAT(found, HasSubstr("table public.users: "));
    EXPECT_THAT(found, HasSubstr("sequences: "));
}

TEST(CheckArchive, FindsDamageInTheRowsOfAnArchiveWhoseIndexIsDamagedToo) {
    Bytes bytes = sample::archive();
    Footer const footer = *read_footer(MemorySource{bytes});
    auto const blocks = blocks_of(bytes);
    bytes[footer.index.offset + 40] ^= 1;
    EXPECT_THAT(findings_of(bytes), HasSubstr("index: piece 0"));
    bytes[blocks[2].offset + format::kTextHeaderSize] ^= 1;
    EXPECT_THAT(findings_of(bytes), HasSubstr("table public.users: the CRC-32"));
}

TEST(CheckArchive, ComparesRowsWithTheManifestWhenTheIndexIsDamaged) {
    Bytes bytes = with_changed_row();
    bytes[read_footer(MemorySource{bytes})->index.offset + 40] ^= 1;
    EXPECT_THAT(findings_of(bytes), HasSubstr("the manifest says 3 rows"));
}

TEST(CheckArchive, FindsDamageToTheSchemaArchive) {
    Bytes bytes = sample::archive();
    bytes[read_footer(MemorySource{bytes})->schema.offset + 35] ^= 1;
    EXPECT_THAT(findings_of(bytes, CheckLevel::quick), HasSubstr("schema archive: piece 0"));
}

TEST(CheckArchive, FindsSwappedBlocks) {
    Bytes bytes = sample::archive({.level = 0});
    auto const blocks = blocks_of(bytes);
    // Same table, other rows: every member is sound in itself.
    BlockEntry const &first = blocks[2];
    BlockEntry const &second = blocks[4];
    Bytes swapped{bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(first.offset)};
    auto const add = [&](std::uint64_t begin, std::uint64_t end) {
        swapped.insert(swapped.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                       bytes.begin() + static_cast<std::ptrdiff_t>(end));
    };
    add(second.offset, second.offset + second.stored_size);
    add(first.offset + first.stored_size, second.offset);
    add(first.offset, first.offset + first.stored_size);
    add(second.offset + second.stored_size, bytes.size());
    EXPECT_THAT(findings_of(swapped), HasSubstr("table public.users"));
}

TEST(CheckArchive, FindsTablesWhoseSumsAreNotTheManifests) {
    Bytes const bytes = sample::archive(
        {.manifest = [](Manifest &manifest) { ++manifest.tables[0].proof.hash.low; }});
    EXPECT_THAT(findings_of(bytes, CheckLevel::quick),
                HasSubstr("table public.users: its blocks have 3 rows of 20 bytes with hash"));
}

TEST(CheckArchive, FindsLargeObjectsThatAreNotTheManifests) {
    Bytes const bytes = sample::archive(
        {.manifest = [](Manifest &manifest) { ++manifest.large_objects.proof.rows; }});
    EXPECT_THAT(findings_of(bytes, CheckLevel::quick),
                HasSubstr("large objects: its blocks have 1 rows"));
}

TEST(CheckArchive, FindsDataOfATableThatTheManifestDoesNotHave) {
    Bytes bytes =
        sample::archive({.manifest = [](Manifest &manifest) { manifest.tables.pop_back(); }});
    EXPECT_THAT(findings_of(bytes), HasSubstr("table number 2: the manifest has no such table"));
    bytes = sample::archive(
        {.manifest = [](Manifest &manifest) { manifest.tables[1].has_data = false; }});
    EXPECT_THAT(findings_of(bytes), HasSubstr("its data was left out"));
}

TEST(CheckArchive, FindsAFooterThatContradictsTheManifest) {
    Bytes const whole = sample::archive();
    auto const found = [&](std::function<void(Footer &)> const &change) {
        return findings_of(with_footer(whole, change), CheckLevel::quick);
    };
    EXPECT_THAT(found([](Footer &footer) { ++footer.tables; }),
                HasSubstr("footer: it says 3 tables"));
    EXPECT_THAT(found([](Footer &footer) { ++footer.rows; }), HasSubstr("footer: it says 6 rows"));
    EXPECT_THAT(found([](Footer &footer) { ++footer.text_size; }), HasSubstr("bytes of text"));
    EXPECT_THAT(found([](Footer &footer) { footer.kind = ArchiveKind::safety; }),
                HasSubstr("footer: it says safety as the kind"));
    EXPECT_THAT(found([](Footer &footer) { footer.snapshot_time += std::chrono::seconds{1}; }),
                HasSubstr("2026-01-12T12:00:01Z as the time"));
}

TEST(CheckArchive, FindsBlocksInAnOrderThatNoScriptHas) {
    Bytes const bytes = sample::archive({.post_data_first = true});
    EXPECT_THAT(findings_of(bytes, CheckLevel::quick),
                HasSubstr("table public.users: the block stands behind post-data"));
}

TEST(CheckArchive, FindsAMissingClosingComment) {
    EXPECT_THAT(findings_of(sample::archive({.closing = "\n"})),
                HasSubstr("closing comment is missing"));
}

TEST(CheckArchive, FindsACommandBehindTheManifest) {
    EXPECT_THAT(findings_of(sample::archive(
                    {.closing = std::string{sample::kClosing} + "DROP TABLE a;\n"})),
                HasSubstr("no comment"));
}

TEST(CheckArchive, ReadsALaterMinorVersion) {
    Bytes const bytes = with_footer(sample::archive(), [](Footer &footer) { footer.minor = 9; });
    CheckReport const report = check(bytes);
    EXPECT_TRUE(report.passed()) << texts(report);
}

TEST(CheckArchive, RefusesALaterMajorVersion) {
    Bytes const bytes = with_footer(sample::archive(), [](Footer &footer) { footer.major = 2; });
    try {
        static_cast<void>(check(bytes));
        FAIL() << "not refused";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::version);
        EXPECT_THAT(error.hint(), HasSubstr("Use a newer pgkeep"));
    }
}

TEST(CheckArchive, ListsABoundedNumberOfFindings) {
    MemorySink sink;
    ArchiveWriter writer{sink, 0};
    for (int i = 0; i < 1200; ++i) {
        writer.text(format::BlockKind::pre_data, "text");
    }
    writer.finish(sample::manifest(), {}, sample::kClosing);
    Bytes &bytes = sink.bytes();
    for (BlockEntry const &block : blocks_of(bytes)) {
        if (block.kind == format::BlockKind::pre_data) {
            bytes[block.offset + format::kTextHeaderSize + 5] ^= 1;
        }
    }
    CheckReport const report = check(bytes);
    EXPECT_EQ(report.findings.size(), 1001U);
    EXPECT_THAT(report.findings.back().message, HasSubstr("more findings"));
}

TEST(CheckArchive, AdvancesByTheSizeOfTheText) {
    class Sum : public Progress {
    public:
        void phase(std::string_view, std::uint64_t total) override { total_ = total; }
        void advance(std::uint64_t bytes) override { done_ += bytes; }
        std::uint64_t total_ = 0;
        std::atomic<std::uint64_t> done_ = 0;
    } progress;
    Bytes const bytes = sample::archive();
    ASSERT_TRUE(check_archive(MemorySource{bytes}, CheckLevel::checksum, 2, {}, progress).passed());
    EXPECT_GT(progress.total_, 0U);
    EXPECT_EQ(progress.done_, progress.total_);
}

TEST(CheckArchive, StopsWhenItsTokenFired) {
    std::stop_source stop;
    stop.request_stop();
    NoProgress progress;
    Bytes const bytes = sample::archive();
    try {
        static_cast<void>(check_archive(MemorySource{bytes}, CheckLevel::checksum, 2,
                                        stop.get_token(), progress));
        FAIL() << "not stopped";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
}

TEST(CheckArchive, ThrowsWhenReadingFails) {
    class BrokenDisk : public ByteSource {
    public:
        explicit BrokenDisk(ByteView bytes) : source_(bytes) {}
        [[nodiscard]] std::uint64_t size() const override { return source_.size(); }
        void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
            if (offset < 1000) {
                throw Error{ErrorKind::failed, "input/output error"};
            }
            source_.read_at(offset, into);
        }
        [[nodiscard]] std::string const &name() const override { return source_.name(); }

    private:
        MemorySource source_;
    };
    Bytes const bytes = sample::archive();
    NoProgress progress;
    EXPECT_THROW(
        static_cast<void>(check_archive(BrokenDisk{bytes}, CheckLevel::checksum, 2, {}, progress)),
        Error);
}

} // namespace
} // namespace pgkeep
