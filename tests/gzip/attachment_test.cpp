#include "base/error.hpp"
#include "gzip/attachment.hpp"
#include "gzip/member.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

constexpr auto kKind = format::MemberKind::schema;

Bytes content(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    }
    return bytes;
}

Bytes pieces(ByteView bytes) {
    Bytes out;
    write_pieces(kKind, bytes, out);
    return out;
}

TEST(Attachment, ComesBackFromOneAndFromManyPieces) {
    for (std::size_t const size :
         {std::size_t{1}, format::kMaxPieceBytes - 1, format::kMaxPieceBytes,
          format::kMaxPieceBytes + 1, 5 * format::kMaxPieceBytes}) {
        EXPECT_EQ(read_pieces(kKind, pieces(content(size))), content(size)) << size;
    }
}

TEST(Attachment, NothingNeedsNoPiece) {
    EXPECT_TRUE(pieces({}).empty());
    EXPECT_TRUE(read_pieces(kKind, {}).empty());
}

TEST(Attachment, FindsEveryFlippedBit) {
    Bytes const whole = pieces(content(300));
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes damaged = whole;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_THROW(static_cast<void>(read_pieces(kKind, damaged)), Error) << "bit " << bit;
    }
}

TEST(Attachment, FindsEveryCutInsideAPiece) {
    Bytes const whole = pieces(content(300));
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_THROW(static_cast<void>(read_pieces(kKind, ByteView{whole}.first(size))), Error)
            << size;
    }
}

TEST(Attachment, FindsPiecesInTheWrongOrder) {
    Bytes const whole = pieces(content(2 * format::kMaxPieceBytes));
    Bytes swapped{whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2), whole.end()};
    swapped.insert(swapped.end(), whole.begin(),
                   whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2));
    EXPECT_THROW(static_cast<void>(read_pieces(kKind, swapped)), Error);
}

TEST(Attachment, FindsPiecesOfAnotherKind) {
    EXPECT_THROW(static_cast<void>(read_pieces(format::MemberKind::index, pieces(content(10)))),
                 Error);
}

} // namespace
} // namespace pgkeep
