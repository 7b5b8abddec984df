#include "base/error.hpp"
#include "gzip/footer.hpp"
#include "gzip/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kFileSize = 10'000;

Footer footer() {
    Footer footer;
    footer.kind = ArchiveKind::safety;
    footer.snapshot_time = *parse_iso("2026-01-12T12:00:00Z");
    footer.text_members = 20;
    footer.text_size = 100'000;
    footer.blocks = 5;
    footer.tables = 3;
    footer.rows = 777;
    footer.index = {
        .offset = 9000, .stored_size = 300, .deflated_size = 250, .size = 376, .crc32 = 17};
    footer.schema = {
        .offset = 9300, .stored_size = 482, .deflated_size = 400, .size = 2000, .crc32 = 18};
    footer.sha256.fill(0xab);
    return footer;
}

std::string footer_message(Footer const &footer, ErrorKind kind = ErrorKind::damaged) {
    try {
        static_cast<void>(decode_footer(encode_footer(footer), kFileSize));
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), kind);
        return std::string{error.what()} + '|' + error.hint();
    }
    return "no error";
}

// A change that makes the footer's own CRC right again, as a writer with a fault would.
void make_crc_right(Bytes &bytes) {
    Bytes crc;
    put_u32(crc, crc32_of(ByteView{bytes}.first(204)));
    std::copy(crc.begin(), crc.end(), bytes.begin() + 204);
}

TEST(Footer, ComesBack) {
    Bytes const bytes = encode_footer(footer());
    EXPECT_EQ(bytes.size(), format::kFooterSize);
    EXPECT_EQ(decode_footer(bytes, kFileSize), footer());
}

TEST(Footer, IsNotThereWithoutItsMagic) {
    EXPECT_EQ(decode_footer(Bytes(format::kFooterSize), kFileSize), std::nullopt);
    EXPECT_EQ(decode_footer(Bytes(17), 17), std::nullopt);
}

TEST(Footer, FindsEveryFlippedBit) {
    Bytes const whole = encode_footer(footer());
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes bytes = whole;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        try {
            EXPECT_EQ(decode_footer(bytes, kFileSize), std::nullopt) << "bit " << bit;
        } catch (Error const &error) {
            EXPECT_EQ(error.kind(), ErrorKind::damaged) << "bit " << bit;
        }
    }
}

TEST(Footer, ReadsALaterMinorVersionWithMoreAttachments) {
    Footer later = footer();
    later.minor = 7;
    later.schema.stored_size -= 82;
    later.schema.deflated_size -= 82;
    EXPECT_EQ(decode_footer(encode_footer(later), kFileSize), later);
}

TEST(Footer, RefusesALaterMajorVersionAndSaysWhatToDo) {
    Footer later = footer();
    later.major = 2;
    EXPECT_THAT(footer_message(later, ErrorKind::version),
                testing::AllOf(HasSubstr("format 2.0, this program reads 1.x"),
                               HasSubstr("Use a newer pgkeep")));
}

TEST(Footer, RefusesRegionsOutsideTheFile) {
    Footer wrong = footer();
    wrong.index.offset = kFileSize;
    EXPECT_THAT(footer_message(wrong), HasSubstr("outside the file"));
    wrong = footer();
    wrong.index.stored_size = ~std::uint64_t{0};
    EXPECT_THAT(footer_message(wrong), HasSubstr("index lies outside"));
    wrong = footer();
    wrong.schema.offset = 9301;
    EXPECT_THAT(footer_message(wrong), HasSubstr("schema archive lies outside"));
    wrong = footer();
    wrong.schema.stored_size = 481;
    EXPECT_THAT(footer_message(wrong), HasSubstr("bytes between"));
}

TEST(Footer, RefusesAbsurdSizesAndCounts) {
    Footer wrong = footer();
    wrong.index.size = ~std::uint64_t{0};
    EXPECT_THAT(footer_message(wrong), HasSubstr("sizes of the index"));
    wrong = footer();
    wrong.schema.deflated_size = 483;
    EXPECT_THAT(footer_message(wrong), HasSubstr("sizes of the schema archive"));
    for (auto const member :
         {&Footer::text_members, &Footer::text_size, &Footer::blocks, &Footer::rows}) {
        wrong = footer();
        wrong.*member = ~std::uint64_t{0};
        EXPECT_THAT(footer_message(wrong), HasSubstr("counts contradict"));
    }
}

TEST(Footer, ReadsAnArchiveWithoutASchemaArchive) {
    Footer globals = footer();
    globals.index.stored_size += globals.schema.stored_size;
    globals.schema = {.offset = 9782};
    EXPECT_EQ(decode_footer(encode_footer(globals), kFileSize), globals);
}

TEST(Footer, RefusesAKindAndATimeWithoutMeaning) {
    Bytes bytes = encode_footer(footer());
    bytes[36] = 3;
    make_crc_right(bytes);
    EXPECT_THROW(static_cast<void>(decode_footer(bytes, kFileSize)), Error);
    bytes = encode_footer(footer());
    bytes[47] = 0x7f;
    make_crc_right(bytes);
    EXPECT_THROW(static_cast<void>(decode_footer(bytes, kFileSize)), Error);
}

} // namespace
} // namespace pgkeep
