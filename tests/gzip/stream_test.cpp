#include "gzip/stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace pgkeep {
namespace {

using testing::HasSubstr;

std::string gzip(std::string const &text) {
    z_stream zlib{};
    EXPECT_EQ(deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&zlib, text.size()) + 64, '\0');
    zlib.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    zlib.avail_in = static_cast<uInt>(text.size());
    zlib.next_out = reinterpret_cast<Bytef *>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    out.resize(out.size() - zlib.avail_out);
    deflateEnd(&zlib);
    return out;
}

std::string long_text() {
    std::string text;
    for (int i = 0; i < 200'000; ++i) {
        text += std::to_string(i * 7919) + '\n';
    }
    return text;
}

std::string read_all(std::string const &stored) {
    MemorySource const source{as_bytes(stored), "file"};
    TextStream stream{source};
    std::string text;
    for (std::string_view piece = stream.next(); !piece.empty(); piece = stream.next()) {
        text += piece;
    }
    return text;
}

// What was read before the damage, and the damage.
struct Broken {
    std::string text;
    std::uint64_t offset = 0;
    std::string reason;
    std::string message;
};

Broken read_broken(std::string const &stored) {
    MemorySource const source{as_bytes(stored), "file"};
    Broken result;
    try {
        TextStream stream{source};
        for (std::string_view piece = stream.next(); !piece.empty(); piece = stream.next()) {
            result.text += piece;
        }
        ADD_FAILURE() << "the damage was not noticed";
    } catch (StreamDamage const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::damaged);
        result.offset = error.offset();
        result.reason = error.reason();
        result.message = error.what();
    }
    return result;
}

TEST(TextStream, ReadsPlainTextAsItIs) {
    std::string const text = long_text();
    EXPECT_EQ(read_all(text), text);
}

TEST(TextStream, ReadsAnEmptyFileAsAnEmptyText) {
    EXPECT_EQ(read_all(""), "");
}

TEST(TextStream, ReadsAFileOfOneByteAsText) {
    EXPECT_EQ(read_all("\x1f"), "\x1f");
}

TEST(TextStream, ReadsAGzipFile) {
    std::string const text = long_text();
    EXPECT_EQ(read_all(gzip(text)), text);
}

TEST(TextStream, ReadsConcatenatedMembersAsOneText) {
    std::string stored;
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        std::string const part = "member " + std::to_string(i) + "\n";
        stored += gzip(part);
        stored += gzip("");
        text += part;
    }
    EXPECT_EQ(read_all(stored), text);
}

TEST(TextStream, SaysWhetherTheFileIsGzip) {
    std::string const packed = gzip("x");
    MemorySource const gzip_source{as_bytes(packed)};
    MemorySource const plain_source{as_bytes("x")};
    EXPECT_TRUE(TextStream{gzip_source}.is_gzip());
    EXPECT_FALSE(TextStream{plain_source}.is_gzip());
}

TEST(TextStream, ToleratesZeroBytesBehindTheLastMember) {
    EXPECT_EQ(read_all(gzip("text") + std::string(700'000, '\0')), "text");
}

TEST(TextStream, RefusesOtherBytesBehindTheLastMemberWithTheirOffset) {
    std::string const stored = gzip("text");
    Broken const broken = read_broken(stored + "garbage");
    EXPECT_EQ(broken.text, "text");
    EXPECT_EQ(broken.offset, stored.size());
    EXPECT_EQ(broken.reason, "the bytes behind the last gzip member belong to no member");
}

TEST(TextStream, RefusesBytesBehindZeroPadding) {
    std::string const stored = gzip("text") + std::string(1000, '\0');
    EXPECT_EQ(read_broken(stored + "x").offset, stored.size());
}

TEST(TextStream, RefusesASingleLeftoverByteOfAMagicNumber) {
    std::string const stored = gzip("text");
    EXPECT_EQ(read_broken(stored + "\x1f").offset, stored.size());
}

TEST(TextStream, NoticesEveryCutOfAFile) {
    std::string const stored = gzip("a small text, a small text") + gzip("and another one");
    std::size_t const first = gzip("a small text, a small text").size();
    for (std::size_t size = 2; size < stored.size(); ++size) {
        if (size == first) {
            continue; // a whole file of one member
        }
        Broken const broken = read_broken(stored.substr(0, size));
        EXPECT_LE(broken.offset, size);
        EXPECT_FALSE(broken.reason.empty()) << size;
    }
}

TEST(TextStream, SaysThatTheFileEndsInsideAMember) {
    std::string const stored = gzip(long_text());
    Broken const broken = read_broken(stored.substr(0, stored.size() / 2));
    EXPECT_EQ(broken.reason, "the file ends inside a gzip member");
    EXPECT_EQ(broken.offset, stored.size() / 2);
    EXPECT_EQ(broken.message, "file is damaged at offset " + std::to_string(stored.size() / 2) +
                                  ": the file ends inside a gzip member");
}

TEST(TextStream, ReturnsTheTextInFrontOfTheDamageFirst) {
    std::string const good = long_text();
    std::string bad = gzip("other");
    bad[bad.size() - 8] = static_cast<char>(bad[bad.size() - 8] ^ 1); // of the CRC-32
    Broken const broken = read_broken(gzip(good) + bad);
    EXPECT_EQ(broken.text.substr(0, good.size()), good);
    EXPECT_THAT(broken.reason, HasSubstr("incorrect data check"));
}

TEST(TextStream, NoticesEveryFlippedBitThatChangesTheText) {
    std::string const text = "a small text with a row or two\n1\tone\n2\ttwo\n";
    std::string const stored = gzip(text);
    for (std::size_t bit = 8 * 10; bit < 8 * stored.size(); ++bit) { // behind the header
        std::string damaged = stored;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        Broken const broken = read_broken(damaged);
        EXPECT_FALSE(broken.reason.empty()) << bit;
    }
}

} // namespace
} // namespace pgkeep
