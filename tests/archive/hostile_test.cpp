// Archives that were made to do harm: they claim little and hold much, or claim much. Each has a
// clear end, and takes no more memory than an honest one.

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "archive/sample_archive.hpp"
#include "archive/script_scanner.hpp"
#include "archive/writer.hpp"
#include "base/error.hpp"
#include "base/printable.hpp"
#include "gzip/attachment.hpp"
#include "gzip/member.hpp"
#include "gzip/stream.hpp"
#include "support/errors.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zlib.h>

#include <chrono>
#include <fstream>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::size_t peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) << 10;
}

// Of this process, whatever else the machine does.
std::chrono::seconds processor_time() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::chrono::seconds{usage.ru_utime.tv_sec + usage.ru_stime.tv_sec};
}

// Else memory that a test took to make its archive hides what reading it takes (proc(5),
// clear_refs).
void forget_peak_memory() {
    std::ofstream file{"/proc/self/clear_refs"};
    ASSERT_TRUE(file << 5 << std::flush);
}

// What something costs from here on.
class Cost {
public:
    Cost() {
        forget_peak_memory();
        before_ = peak_memory();
    }
    void expect_less_than(std::size_t bytes) const {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which cost more than that
        EXPECT_LT(peak_memory() - before_, bytes);
        EXPECT_LT(processor_time() - start_, std::chrono::seconds{20});
#else
        static_cast<void>(bytes);
#endif
    }

private:
    std::size_t before_ = 0;
    std::chrono::seconds start_ = processor_time();
};

// Of a manifest.
constexpr std::string_view kManifestLine =
    "-- pgkeep: {\"type\":\"roles\",\"names\":[\"a\",\"b\",\"c\"]}\n";

Bytes gzip_of_zeros(std::size_t size) {
    Bytes const zeros(size);
    Bytes packed(size / 500 + 1000);
    z_stream zlib{};
    deflateInit2(&zlib, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    zlib.next_in = const_cast<Bytef *>(zeros.data());
    zlib.avail_in = static_cast<uInt>(zeros.size());
    zlib.next_out = packed.data();
    zlib.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    packed.resize(zlib.total_out);
    deflateEnd(&zlib);
    return packed;
}

// A source that has the same bytes again and again.
class RepeatedSource : public ByteSource {
public:
    RepeatedSource(Bytes bytes, std::uint64_t times) : bytes_(std::move(bytes)), times_(times) {}
    [[nodiscard]] std::uint64_t size() const override { return bytes_.size() * times_; }
    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
        for (std::uint8_t &byte : into) {
            byte = bytes_[offset++ % bytes_.size()];
        }
    }
    [[nodiscard]] std::string const &name() const override { return name_; }

private:
    Bytes bytes_;
    std::uint64_t times_;
    std::string name_ = "bomb.sql.gz";
};

// The archive with another index and footer, every checksum right.
Bytes with_index(Bytes const &whole, Bytes const &index) {
    MemorySource const source{whole};
    Footer footer = ArchiveReader{source}.footer();
    Bytes bytes{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(footer.index.offset)};
    Bytes const deflated = deflate_raw(index);
    write_pieces(format::MemberKind::index, deflated, bytes);
    footer.index.stored_size = bytes.size() - footer.index.offset;
    footer.index.deflated_size = deflated.size();
    footer.index.size = index.size();
    footer.index.crc32 = crc32_of(index);
    footer.schema = {.offset = bytes.size()};
    Sha256 sha256;
    sha256.add(bytes);
    footer.sha256 = sha256.finish();
    Bytes const member = encode_footer(footer);
    bytes.insert(bytes.end(), member.begin(), member.end());
    return bytes;
}

std::string complaint_about_index(std::function<void(std::vector<BlockEntry> &)> const &change) {
    Bytes const whole = sample::archive();
    MemorySource const source{whole};
    auto blocks = ArchiveReader{source}.blocks();
    change(blocks);
    Bytes const bytes = with_index(whole, encode_index(blocks));
    MemorySource const changed{bytes};
    return error_of([&] { ArchiveReader const reader{changed}; }).what();
}

TEST(HostileArchive, AForeignBombIsReadInTheMemoryOfAnyOther) {
    RepeatedSource const source{gzip_of_zeros(4 << 20), 256}; // 1 GiB in 1 MiB
    ASSERT_NO_FATAL_FAILURE(forget_peak_memory());
    std::size_t const before = peak_memory();
    TextStream stream{source};
    std::uint64_t size = 0;
    for (auto piece = stream.next(); !piece.empty(); piece = stream.next()) {
        size += piece.size();
    }
    EXPECT_EQ(size, std::uint64_t{1} << 30);
    EXPECT_LT(peak_memory() - before, std::size_t{8} << 20);
}

TEST(HostileArchive, AMemberThatInflatesToMoreThanItSaysIsRefused) {
    MemberCompressor compressor{9};
    Bytes member;
    compressor.compress(std::string(1 << 20, '\0'), MemberInfo{.block = format::BlockKind::head},
                        member);
    constexpr std::size_t kTextSizeAt = format::kPrefixSize + 8;
    std::fill_n(member.begin() + kTextSizeAt, 4, std::uint8_t{0});
    member[kTextSizeAt + 1] = 1; // 256
    EXPECT_STREQ(error_of([&] { (void)MemberInflater{}.inflate(member); }).what(),
                 "the deflate data has more than 256 bytes of text");
}

TEST(HostileArchive, AnIndexThatInflatesToFarMoreThanItsBlocksNeedIsNotInflated) {
    Bytes const bytes = with_index(sample::archive(), Bytes(64 << 20));
    MemorySource const source{bytes};
    ASSERT_NO_FATAL_FAILURE(forget_peak_memory()); // that of making it
    std::size_t const before = peak_memory();
    EXPECT_THAT(error_of([&] { ArchiveReader const reader{source}; }).what(),
                HasSubstr("cannot have an index of 67108864 bytes"));
    EXPECT_LT(peak_memory() - before, std::size_t{16} << 20);
}

TEST(HostileArchive, AnIndexThatPointsOutsideIsRefused) {
    EXPECT_THAT(complaint_about_index([](auto &blocks) { blocks.back().stored_size = 1ULL << 62; }),
                HasSubstr("the blocks do not cover the text"));
}

TEST(HostileArchive, AnIndexThatPointsIntoAnotherBlockIsRefused) {
    EXPECT_THAT(complaint_about_index([](auto &blocks) { blocks[2].offset = blocks[1].offset; }),
                HasSubstr("the blocks do not cover the text"));
    EXPECT_THAT(complaint_about_index([](auto &blocks) {
                    ++blocks[1].stored_size;
                    ++blocks[2].offset;
                }),
                HasSubstr("the blocks do not cover the text"));
}

TEST(HostileArchive, AnIndexThatCountsWithoutEndIsRefused) {
    EXPECT_THAT(complaint_about_index([](auto &blocks) { blocks[1].rows = 1ULL << 63; }),
                HasSubstr("rows"));
    EXPECT_THAT(complaint_about_index([](auto &blocks) { blocks[2].first_member = 1ULL << 63; }),
                HasSubstr("index entry"));
}

// 300 MiB of comments in 300 KiB of a file whose checksums are right.
TEST(HostileArchive, AManifestThatInflatesWithoutEndIsRefused) {
    std::string line(1000, '-');
    line.back() = '\n';
    std::string text;
    while (text.size() < kMaxManifest + line.size()) {
        text += line;
    }
    MemorySink sink;
    ArchiveWriter writer{sink, 1};
    writer.text(format::BlockKind::manifest, text);
    static_cast<void>(writer.finish({}, {}, "-- PostgreSQL database dump complete\n"));
    std::string().swap(text);
    MemorySource const source{sink.bytes()};
    NoProgress progress;
    auto const report = check_archive(source, CheckLevel::quick, 1, {}, progress);
    ASSERT_FALSE(report.passed());
    EXPECT_THAT(report.findings.front().text(),
                HasSubstr("more text than the 256 MiB that a manifest"));
}

// A GiB of lines of a manifest, as a block whose middle is the same member again and again.
FinishedBlock gib_of_manifest() {
    MemberCompressor compressor{1};
    BlockBuilder builder{compressor, format::BlockKind::manifest, 0};
    while (builder.text_size() < 3 * format::kMaxMemberText) {
        builder.add_text(kManifestLine);
    }
    FinishedBlock block = builder.finish();
    Bytes const middle = block.members.at(1);
    block.members.insert(block.members.begin() + 1, 1024, middle);
    block.entry.stored_size += 1024 * middle.size();
    block.entry.text_size += std::uint64_t{1024} * format::kMaxMemberText;
    return block;
}

// By an index that tells the truth, and by one that says less.
TEST(HostileArchive, AManifestOfAGiBIsRefusedInTheMemoryOfTheLargest) {
    for (std::uint64_t const claimed : {std::uint64_t{1} << 40, std::uint64_t{kMaxManifest} - 1}) {
        SCOPED_TRACE(claimed);
        FinishedBlock block = gib_of_manifest();
        block.entry.text_size = std::min(claimed, block.entry.text_size);
        MemorySink sink;
        ArchiveWriter writer{sink, 1};
        writer.block(std::move(block));
        static_cast<void>(writer.finish({}, {}, "-- PostgreSQL database dump complete\n"));
        MemorySource const source{sink.bytes()};
        Cost const cost;
        NoProgress progress;
        auto const report = check_archive(source, CheckLevel::quick, 1, {}, progress);
        ASSERT_FALSE(report.passed());
        EXPECT_THAT(report.findings.front().text(), HasSubstr("more"));
        EXPECT_THAT(
            error_of([&] { (void)ArchiveReader{source}.block_text(0, kMaxManifest); }).what(),
            HasSubstr("more"));
        cost.expect_less_than(std::size_t{300} << 20);
    }
}

TEST(HostileArchive, AScriptWithAManifestOfAGiBIsRefusedInTheMemoryOfTheLargest) {
    std::string lines;
    while (lines.size() < 1 << 20) {
        lines += kManifestLine;
    }
    Cost const cost;
    ScriptScanner scanner;
    for (int i = 0; i < 1024; ++i) {
        scanner.add(lines);
    }
    ScriptReport const report = scanner.finish();
    EXPECT_THAT(report.problems, Contains(HasSubstr("the manifest is larger than 256 MiB")));
    EXPECT_EQ(report.manifest, "") << "it would be parsed, and take more memory than its text";
    cost.expect_less_than(std::size_t{300} << 20);
}

TEST(HostileArchive, NamesInFindingsCannotSteerATerminal) {
    Bytes const bytes = sample::archive({.manifest = [](Manifest &manifest) {
        manifest.tables[0].name = "\x1b]0;x\x07\u202e";
        manifest.object_counts["\x1b[2J"] = 1;
    }});
    NoProgress progress;
    auto const report = check_archive(MemorySource{bytes}, CheckLevel::checksum, 1, {}, progress);
    EXPECT_FALSE(report.passed());
    for (Finding const &finding : report.findings) {
        EXPECT_EQ(finding.text(), printable(finding.text()));
    }
}

} // namespace
} // namespace pgkeep
