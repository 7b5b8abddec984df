#include "archive/reader.hpp"
#include "archive/sample_archive.hpp"
#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

std::string message_of(std::function<void()> const &action, ErrorKind kind = ErrorKind::damaged) {
    try {
        action();
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), kind);
        return std::string{error.what()} + '|' + error.hint();
    }
    return "no error";
}

TEST(Archive, ReadsBackWhatWasWritten) {
    Bytes const bytes = sample::archive();
    MemorySource const source{bytes};
    ArchiveReader const reader{source};
    EXPECT_EQ(reader.blocks().size(), 9U);
    EXPECT_EQ(reader.footer().blocks, 9U);
    EXPECT_EQ(reader.footer().tables, 2U);
    EXPECT_EQ(reader.footer().rows, 5U);
    EXPECT_EQ(as_text(reader.schema_archive()), "a schema archive");
    Manifest const manifest = reader.manifest();
    EXPECT_EQ(manifest.tables[0].proof.rows, 3U);
    EXPECT_EQ(manifest.tables[1].name, "we\"ird\nname");
    EXPECT_EQ(manifest.large_objects.proof.rows, 1U);
}

TEST(Archive, TextIsTheScriptAndNothingElse) {
    std::string const text = sample::text_of(sample::archive());
    EXPECT_TRUE(text.starts_with(sample::kHead));
    EXPECT_TRUE(text.ends_with(sample::kClosing));
    EXPECT_THAT(
        text,
        HasSubstr(
            "COPY \"public\".\"users\" (\"id\", \"name\") FROM stdin;\n1\tAda\n2\tGrace\n\\.\n\n"));
    EXPECT_THAT(text, HasSubstr("BEGIN;\nSELECT pg_catalog.lo_put('16400', 0, '\\x"));
}

TEST(Archive, IsWrittenInOnePassWithTheIndexTheWriterKept) {
    MemorySink sink;
    ArchiveWriter writer{sink, 6};
    writer.text(format::BlockKind::head, sample::kHead);
    EXPECT_EQ(writer.stored_size(), sink.bytes().size());
    Footer const footer = writer.finish(sample::manifest(), {}, sample::kClosing);
    MemorySource const source{sink.bytes()};
    ArchiveReader const reader{source};
    EXPECT_EQ(reader.footer(), footer);
    EXPECT_EQ(reader.blocks(), writer.blocks());
    EXPECT_EQ(writer.stored_size(), sink.bytes().size());
    EXPECT_TRUE(reader.schema_archive().empty());
}

TEST(ArchiveWriter, LeavesNoArchiveWhenItIsNotFinished) {
    MemorySink sink;
    {
        ArchiveWriter writer{sink, 6};
        writer.text(format::BlockKind::head, sample::kHead);
    }
    MemorySource const source{sink.bytes()};
    EXPECT_EQ(detect_source(source), SourceType::broken);
    EXPECT_THAT(message_of([&] { ArchiveReader{source}; }), HasSubstr("no footer"));
}

TEST(ArchiveWriter, PassesOnWhatTheSinkThrows) {
    class FullSink : public ByteSink {
        void append(ByteView) override { throw Error{ErrorKind::no_space, "disk is full"}; }
    } sink;
    ArchiveWriter writer{sink, 6};
    EXPECT_THAT(
        message_of([&] { writer.text(format::BlockKind::head, "text"); }, ErrorKind::no_space),
        HasSubstr("disk is full"));
}

TEST(ArchiveReader, NamesTheOffsetAndTheBlockOfDamage) {
    Bytes bytes = sample::archive();
    MemorySource const whole{bytes};
    std::uint64_t const offset = ArchiveReader{whole}.blocks()[2].offset;
    bytes[offset + 40] ^= 1;
    MemorySource const source{bytes, "a.sql.gz"};
    ArchiveReader const reader{source};
    EXPECT_THAT(message_of([&] { static_cast<void>(reader.block_text(2)); }),
                HasSubstr("a.sql.gz: at offset " + std::to_string(offset) + ", table number 1: "));
    EXPECT_EQ(reader.block_text(1), sample::kPreData);
}

TEST(ArchiveReader, RefusesABlockAboveTheLimit) {
    Bytes const bytes = sample::archive();
    MemorySource const source{bytes};
    EXPECT_THAT(message_of([&] { static_cast<void>(ArchiveReader{source}.block_text(0, 10)); }),
                HasSubstr("more than the 10"));
}

TEST(ArchiveReader, PassesOnWhatTheCallerThrows) {
    Bytes const bytes = sample::archive();
    MemorySource const source{bytes};
    ArchiveReader const reader{source};
    MemberInflater inflater;
    EXPECT_EQ(message_of(
                  [&] {
                      reader.read_block(0, inflater, [](auto) {
                          throw Error{ErrorKind::failed, "mine"};
                      });
                  },
                  ErrorKind::failed),
              "mine|");
}

TEST(DetectSource, KnowsEachKindOfFile) {
    auto const type_of = [](std::string_view text) {
        return detect_source(MemorySource{as_bytes(text)});
    };
    Bytes const bytes = sample::archive();
    EXPECT_EQ(detect_source(MemorySource{bytes}), SourceType::archive);
    EXPECT_EQ(detect_source(MemorySource{ByteView{bytes}.first(bytes.size() - 1)}),
              SourceType::broken);
    EXPECT_EQ(type_of(""), SourceType::empty);
    EXPECT_EQ(type_of("--\n-- PostgreSQL database dump\n"), SourceType::plain);
    EXPECT_EQ(type_of("\x1f\x8b\x08 and more"), SourceType::gzip);
    EXPECT_EQ(type_of("PGDMP\x01\x0e"), SourceType::pg_custom);
    EXPECT_EQ(type_of(std::string(257, 'x') + "ustar more"), SourceType::tar);
    EXPECT_EQ(type_of(std::string(257, 'x') + "usta"), SourceType::plain);
}

TEST(WalkMembers, ReadsAWholeArchiveWithoutItsIndex) {
    Bytes const bytes = sample::archive();
    std::uint64_t end = 0;
    std::size_t count = 0;
    auto const stop =
        walk_members(MemorySource{bytes}, [&](std::uint64_t offset, MemberInfo const &info) {
            EXPECT_EQ(offset, end);
            end = offset + info.member_size;
            ++count;
        });
    EXPECT_FALSE(stop);
    EXPECT_EQ(count, 9U);
}

TEST(WalkMembers, SaysWhereACutOrDamagedFileStops) {
    Bytes bytes = sample::archive();
    MemorySource const whole{bytes};
    ArchiveReader const reader{whole};
    std::uint64_t const third = reader.blocks()[3].offset;
    auto const ignore = [](std::uint64_t, MemberInfo const &) {};
    auto stop = walk_members(MemorySource{ByteView{bytes}.first(third + 60)}, ignore);
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->offset, third);
    stop = walk_members(MemorySource{ByteView{bytes}.first(third)}, ignore);
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->offset, third);
    EXPECT_THAT(stop->reason, HasSubstr("ends inside the text"));
    bytes[third + 50] ^= 4;
    stop = walk_members(MemorySource{bytes}, ignore);
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->offset, third);
}

} // namespace
} // namespace pgkeep
