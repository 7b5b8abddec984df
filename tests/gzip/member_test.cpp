#include "base/error.hpp"
#include "gzip/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::Le;

MemberInfo info_of(format::BlockKind kind = format::BlockKind::copy, std::uint32_t table = 7) {
    MemberInfo info;
    info.block = kind;
    info.table = table;
    info.first_of_block = true;
    return info;
}

Bytes member_of(std::string_view text, int level = 6) {
    Bytes out;
    MemberCompressor{level}.compress(text, info_of(), out);
    return out;
}

std::string rows(std::size_t size) {
    std::mt19937 random{1};
    std::string text;
    while (text.size() < size) {
        text += std::to_string(random()) + "\tname " + std::to_string(random() % 100) + "\t\\N\n";
    }
    text.resize(size);
    return text;
}

std::string noise(std::size_t size) {
    std::mt19937 random{2};
    std::string text(size, '\0');
    for (char &c : text) {
        c = static_cast<char>(random());
    }
    return text;
}

std::string zlib_text(ByteView member) {
    std::string text(2 * format::kMaxMemberText, '\0');
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
    stream.next_in = const_cast<Bytef *>(member.data());
    stream.avail_in = static_cast<uInt>(member.size());
    stream.next_out = reinterpret_cast<Bytef *>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.avail_in, 0U);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

std::string member_message(ByteView member) {
    try {
        static_cast<void>(MemberInflater{}.inflate(member));
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::damaged);
        return error.what();
    }
    return {};
}

class EveryLevel : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(MemberCompressor, EveryLevel, testing::Range(0, 10));

TEST_P(EveryLevel, TextComesBackFromOurInflaterAndFromZlib) {
    MemberCompressor compressor{GetParam()};
    MemberInflater inflater;
    for (std::string const &text :
         {std::string{}, std::string{"x"}, rows(70'000), rows(format::kMaxMemberText),
          noise(format::kMaxMemberText), std::string(format::kMaxMemberText, ' ')}) {
        Bytes member;
        compressor.compress(text, info_of(), member);
        EXPECT_TRUE(inflater.inflate(member) == text) << text.size();
        EXPECT_TRUE(zlib_text(member) == text) << text.size();
        EXPECT_THAT(member.size(), Le(format::kMaxMemberSize));
    }
}

TEST(MemberCompressor, DefaultLevelIsNotLargerThanGzipSix) {
    // Text of long matches is where libdeflate's level 6 alone would be larger.
    std::string padded;
    for (int i = 0; padded.size() < format::kMaxMemberText - 200; ++i) {
        padded += std::to_string(i) + "\t1\t0\t" + std::string(84, ' ') + '\n';
    }
    for (std::string const &text : {rows(format::kMaxMemberText), padded}) {
        uLongf size = compressBound(text.size());
        Bytes zlib(size);
        ASSERT_EQ(compress2(zlib.data(), &size, reinterpret_cast<Bytef const *>(text.data()),
                            text.size(), 6),
                  Z_OK);
        EXPECT_THAT(member_of(text).size(), Le(size));
    }
}

TEST(MemberCompressor, RefusesALevelThatDoesNotExist) {
    EXPECT_THROW(MemberCompressor{10}, Error);
    EXPECT_THROW(MemberCompressor{-1}, Error);
}

TEST(MemberCompressor, RefusesMoreTextThanAMemberHolds) {
    EXPECT_THROW(member_of(std::string(format::kMaxMemberText + 1, 'x')), Error);
}

TEST(MemberCompressor, AppendsBehindWhatIsThere) {
    Bytes out{1, 2, 3};
    MemberCompressor{6}.compress("text", info_of(), out);
    EXPECT_EQ(ByteView{out}.first(3)[2], 3);
    EXPECT_EQ(MemberInflater{}.inflate(ByteView{out}.subspan(3)), "text");
}

TEST(MemberHeader, SaysWhatTheCompressorWasTold) {
    for (auto const kind : {format::BlockKind::head, format::BlockKind::large_objects,
                            format::BlockKind::manifest, format::BlockKind::other}) {
        MemberInfo info = info_of(kind, 0);
        info.first_of_block = false;
        info.last_of_block = true;
        Bytes member;
        MemberCompressor{6}.compress("some text", info, member);
        MemberInfo const read = parse_member_header(member);
        EXPECT_EQ(read.block, kind);
        EXPECT_EQ(read.table, 0U);
        EXPECT_FALSE(read.first_of_block);
        EXPECT_TRUE(read.last_of_block);
        EXPECT_EQ(read.member_size, member.size());
        EXPECT_EQ(read.text_size, 9U);
    }
}

TEST(MemberHeader, KnowsTheKindOfAMember) {
    Bytes const member = member_of("text");
    EXPECT_EQ(member_kind(member), format::MemberKind::text);
    EXPECT_EQ(member_kind(ByteView{member}.first(16)), std::nullopt);
    EXPECT_EQ(member_kind(as_bytes("\x1f\x8b\x08 someone else's gzip file")), std::nullopt);
}

TEST(MemberHeader, RefusesASizeThatNoMemberHas) {
    Bytes member = member_of("text");
    for (std::uint32_t const size : {0U, 45U, 0xffffffffU}) {
        Bytes field;
        put_u32(field, size);
        std::copy(field.begin(), field.end(), member.begin() + 20);
        EXPECT_THAT(member_message(member), HasSubstr("says that it has"));
    }
}

TEST(MemberInflater, FindsEveryFlippedBit) {
    Bytes const whole = member_of(rows(3000));
    MemberInflater inflater;
    MemberInfo const info = parse_member_header(whole);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes member = whole;
        member[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        try {
            static_cast<void>(inflater.inflate(member));
        } catch (Error const &error) {
            EXPECT_EQ(error.kind(), ErrorKind::damaged);
            continue;
        }
        // Only what the block's entry is compared with: which table, and first or last of the
        // block.
        MemberInfo const found = parse_member_header(member);
        EXPECT_NE(found, info) << "bit " << bit;
    }
}

TEST(MemberInflater, FindsEveryCut) {
    Bytes const whole = member_of(rows(500));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_NE(member_message(ByteView{whole}.first(size)), "") << size;
    }
}

TEST(MemberInflater, SaysWhichChecksumIsWrong) {
    Bytes member = member_of("text");
    member[format::kTextHeaderSize] ^= 1;
    EXPECT_THAT(member_message(member), HasSubstr("CRC-32 of the deflate data is"));
    member = member_of("text");
    member[member.size() - 8] ^= 1;
    EXPECT_THAT(member_message(member), HasSubstr("CRC-32 of the text is"));
}

TEST(MemberInflater, IsUsableAfterDamage) {
    MemberInflater inflater;
    Bytes member = member_of("text");
    member.back() ^= 1;
    EXPECT_THROW(static_cast<void>(inflater.inflate(member)), Error);
    EXPECT_EQ(inflater.inflate(member_of("other")), "other");
}

TEST(RawDeflate, ComesBack) {
    std::string const text = rows(3'000'000);
    Bytes const deflated = deflate_raw(as_bytes(text));
    EXPECT_EQ(as_text(inflate_raw(deflated, text.size())), text);
}

TEST(RawDeflate, RefusesASizeThatIsNotTheContents) {
    Bytes const deflated = deflate_raw(as_bytes("content"));
    EXPECT_THROW(static_cast<void>(inflate_raw(deflated, 6)), Error);
    EXPECT_THROW(static_cast<void>(inflate_raw(deflated, 8)), Error);
}

TEST(RawDeflate, RefusesAnAbsurdSizeBeforeItReservesMemory) {
    Bytes const deflated = deflate_raw(as_bytes("content"));
    EXPECT_THROW(static_cast<void>(inflate_raw(deflated, std::size_t{1} << 62)), Error);
}

} // namespace
} // namespace pgkeep
