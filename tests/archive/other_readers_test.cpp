// The promise to everybody without pgkeep: an archive is a gzip file like any other.

#include "archive/reader.hpp"
#include "archive/sample_archive.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace pgkeep {
namespace {

// Several members a block, every kind of block, attachments of several pieces.
Bytes large_archive() {
    MemorySink sink;
    ArchiveWriter writer{sink, 6};
    MemberCompressor compressor{1};
    Manifest manifest = sample::manifest();
    manifest.tables.pop_back();
    std::vector<std::string> rows;
    for (int i = 0; i < 150'000; ++i) {
        rows.push_back(std::to_string(i) + "\tname " + std::to_string(i * 7919 % 1000) + '\n');
    }
    writer.text(format::BlockKind::head, sample::kHead);
    writer.block(sample::rows_block(compressor, manifest.tables[0], rows));
    std::string schema;
    for (unsigned i = 0; schema.size() < 400'000; ++i) {
        schema += static_cast<char>(i * 2'654'435'761U >> 23U);
    }
    writer.finish(manifest, as_bytes(schema), sample::kClosing);
    return sink.bytes();
}

struct Reader {
    std::string name;
    std::string command; // reads `a.sql.gz`, writes the text
    bool prints_text = true;
};

void PrintTo(Reader const &reader, std::ostream *out) {
    *out << reader.name;
}

bool has_program(std::string const &name) {
    return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

class OtherReaders : public testing::TestWithParam<Reader> {};

TEST_P(OtherReaders, ReadExactlyTheTextWithoutAWarning) {
    Reader const &reader = GetParam();
    if (!has_program(reader.command.substr(0, reader.command.find(' ')))) {
        GTEST_SKIP() << reader.command << " is not installed";
    }
    TemporaryFolder const folder;
    for (Bytes const &archive :
         {sample::archive(), sample::archive({.level = 1}), large_archive()}) {
        write_whole_file(folder.file("a.sql.gz"), as_text(archive));
        std::string const command =
            "cd '" + folder.path() + "' && " + reader.command + " >out 2>err </dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0);
        EXPECT_EQ(read_whole_file(folder.file("err")), "");
        EXPECT_TRUE(read_whole_file(folder.file("out")) ==
                    (reader.prints_text ? sample::text_of(archive) : ""));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Archive, OtherReaders,
    testing::Values(
        Reader{"gunzip", "gunzip -c a.sql.gz"}, Reader{"zcat", "zcat a.sql.gz"},
        Reader{"gzip", "gzip -t a.sql.gz", false}, Reader{"pigz", "pigz -dc a.sql.gz"},
        Reader{"pigz_test", "pigz -t a.sql.gz", false}, Reader{"igzip", "igzip -dc a.sql.gz"},
        Reader{"python_gzip", "python3 -W error -c \"import gzip, sys; "
                              "sys.stdout.buffer.write(gzip.open('a.sql.gz').read())\""},
        Reader{"python_zlib", "python3 -W error -c \"import zlib, sys\n"
                              "with open('a.sql.gz', 'rb') as file: data = file.read()\n"
                              "while data:\n"
                              "    one = zlib.decompressobj(31)\n"
                              "    sys.stdout.buffer.write(one.decompress(data))\n"
                              "    assert one.eof\n"
                              "    data = one.unused_data\n\""}),
    [](auto const &param) { return param.param.name; });

TEST(ArchiveWriter, WritesToAPipe) {
    TemporaryFolder const folder;
    std::string const command =
        "gunzip -c >'" + folder.file("out") + "' 2>'" + folder.file("err") + "'";
    FILE *const pipe = popen(command.c_str(), "w");
    ASSERT_NE(pipe, nullptr);
    Bytes const expected = sample::archive();
    {
        DescriptorSink sink{fileno(pipe), "the pipe"};
        ArchiveWriter writer{sink, 6};
        writer.text(format::BlockKind::head, sample::kHead);
        writer.finish(sample::manifest(), as_bytes("schema"), sample::kClosing);
    }
    EXPECT_EQ(pclose(pipe), 0);
    EXPECT_EQ(read_whole_file(folder.file("err")), "");
    std::string const text = read_whole_file(folder.file("out"));
    EXPECT_TRUE(text.starts_with(sample::kHead));
    EXPECT_TRUE(text.ends_with(sample::kClosing));
}

void write_small_archive(ByteSink &sink) {
    ArchiveWriter writer{sink, 6};
    writer.text(format::BlockKind::head, sample::kHead);
    writer.text(format::BlockKind::pre_data, sample::kPreData);
    writer.finish(sample::manifest(), as_bytes("schema"), sample::kClosing);
}

TEST(ArchiveWriter, PassesOnAFullDiskAtAnyByteAndLeavesNoArchive) {
    MemorySink whole;
    write_small_archive(whole);
    for (std::size_t limit = 0; limit < whole.bytes().size(); ++limit) {
        FaultSink sink{limit};
        EXPECT_THROW(write_small_archive(sink), Error) << limit;
        EXPECT_NE(detect_source(MemorySource{sink.bytes()}), SourceType::archive);
    }
}

// The reader that docs/archive-format.md gives.
std::string documented_reader() {
    std::string const document = read_whole_file(PGKEEP_SOURCE_DIR "/docs/archive-format.md");
    std::string const opening = "```python\n";
    std::size_t const begin = document.find(opening) + opening.size();
    return document.substr(begin, document.find("```", begin) - begin);
}

TEST(Format, TheDocumentedReaderReadsAnArchive) {
    if (!has_program("python3")) {
        GTEST_SKIP() << "python3 is not installed";
    }
    TemporaryFolder const folder;
    write_whole_file(folder.file("read.py"), documented_reader());
    for (Bytes const &archive : {sample::archive(), large_archive()}) {
        write_whole_file(folder.file("a.sql.gz"), as_text(archive));
        std::string const command =
            "cd '" + folder.path() + "' && python3 read.py a.sql.gz >out 2>err </dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0) << read_whole_file(folder.file("err"));
        MemorySource const source{archive};
        ArchiveReader const reader{source};
        std::string expected;
        for (BlockEntry const &block : reader.blocks()) {
            expected += fmt::format("{} {} {} {}\n", static_cast<int>(block.kind), block.table,
                                    block.rows, block.text_size);
        }
        expected += fmt::format("{}\n", reader.footer().schema.size);
        EXPECT_EQ(read_whole_file(folder.file("out")), expected);
    }
}

} // namespace
} // namespace pgkeep
