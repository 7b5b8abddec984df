// Archives on disk and in the document, against what this code writes and reads: nobody may change
// the format by accident.

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "archive/sample_archive.hpp"
#include "base/file.hpp"
#include "gzip/attachment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

namespace pgkeep {
namespace {

std::string const kFixtures = PGKEEP_SOURCE_DIR "/tests/archive/fixtures/";

// With PGKEEP_WRITE_FIXTURES in the environment the file is first written anew, from `now`: only
// for a new version of the format.
Bytes fixture(std::string const &name, Bytes const &now) {
    if (std::getenv("PGKEEP_WRITE_FIXTURES") != nullptr) {
        std::ofstream{kFixtures + name} << as_text(now);
    }
    std::string const text = read_small_file(kFixtures + name);
    return {as_bytes(text).begin(), as_bytes(text).end()};
}

std::string first_finding(ByteView bytes) {
    NoProgress progress;
    auto const report = check_archive(MemorySource{bytes}, CheckLevel::checksum, 1, {}, progress);
    return report.passed() ? "" : report.findings.front().text();
}

ByteView part(ByteView bytes, Region const &region) {
    return bytes.subspan(region.offset, region.stored_size);
}

// Everything but the deflate data of the attachments, which may differ from one release of
// libdeflate to the next.
void expect_same_bytes(ByteView written, ByteView golden) {
    Footer const here = *read_footer(MemorySource{written});
    Footer const there = *read_footer(MemorySource{golden});
    ASSERT_EQ(here.index.offset, there.index.offset);
    EXPECT_TRUE(
        std::ranges::equal(written.first(here.index.offset), golden.first(there.index.offset)));
    using Kind = format::MemberKind;
    for (auto const &[kind, region] :
         {std::pair{Kind::index, there.index}, {Kind::schema, there.schema}}) {
        Bytes again;
        write_pieces(kind, read_pieces(kind, part(golden, region)), again);
        EXPECT_TRUE(std::ranges::equal(again, part(golden, region)));
    }
    EXPECT_EQ(inflate_raw(read_pieces(Kind::index, part(golden, there.index)), there.index.size),
              inflate_raw(read_pieces(Kind::index, part(written, here.index)), here.index.size));
    EXPECT_TRUE(std::ranges::equal(encode_footer(there), golden.last(format::kFooterSize)));
    EXPECT_EQ(here.rows, there.rows);
    EXPECT_EQ(here.index.crc32, there.index.crc32);
    EXPECT_EQ(here.schema.crc32, there.schema.crc32);
}

TEST(Format, ArchivesOfFormat10AlwaysRead) {
    Bytes const golden = fixture("format-1.0.sql.gz", sample::archive());
    EXPECT_EQ(first_finding(golden), "");
    EXPECT_EQ(sample::text_of(golden), sample::text_of(sample::archive()));
    MemorySource const source{golden};
    EXPECT_EQ(as_text(ArchiveReader{source}.schema_archive()), "a schema archive");
}

TEST(Format, TheExampleIsWhatThisCodeWrites) {
    Bytes const golden = fixture("example.sql.gz", sample::example());
    EXPECT_EQ(first_finding(golden), "");
    expect_same_bytes(sample::example(), golden);
}

// Lines such as `000000a0  1f 8b …  |…|`; what lies between two of them may be left out.
std::map<std::size_t, Bytes> hex_dump_of(std::string const &document) {
    std::map<std::size_t, Bytes> dump;
    std::regex const line{"^([0-9a-f]{8})  ((?:[0-9a-f]{2} {0,2})+) +\\|.*\\|$"};
    std::istringstream lines{document};
    for (std::string text; std::getline(lines, text);) {
        std::smatch found;
        if (std::regex_match(text, found, line)) {
            std::istringstream bytes{found[2]};
            Bytes &at = dump[std::stoul(found[1], nullptr, 16)];
            for (unsigned byte = 0; bytes >> std::hex >> byte;) {
                at.push_back(static_cast<std::uint8_t>(byte));
            }
        }
    }
    return dump;
}

TEST(Format, TheDocumentShowsTheExamplesBytes) {
    Bytes const golden = fixture("example.sql.gz", sample::example());
    auto const dump = hex_dump_of(read_small_file(PGKEEP_SOURCE_DIR "/docs/archive-format.md"));
    ASSERT_GT(dump.size(), 30U);
    for (auto const &[offset, bytes] : dump) {
        ASSERT_LE(offset + bytes.size(), golden.size());
        EXPECT_TRUE(std::ranges::equal(bytes, ByteView{golden}.subspan(offset, bytes.size())))
            << "at " << std::hex << offset;
    }
    EXPECT_EQ(dump.begin()->first, 0U);
    EXPECT_EQ(dump.rbegin()->first + dump.rbegin()->second.size(), golden.size());
}

} // namespace
} // namespace pgkeep
