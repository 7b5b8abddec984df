#include "base/bytes.hpp"
#include "base/error.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

TEST(Bytes, AreLittleEndianOnEveryMachine) {
    Bytes out;
    put_u16(out, 0x0102);
    put_u32(out, 0x03040506);
    put_u64(out, 0x0708090a0b0c0d0e);
    EXPECT_EQ(out, (Bytes{2, 1, 6, 5, 4, 3, 14, 13, 12, 11, 10, 9, 8, 7}));
    FieldReader reader{out, "test"};
    EXPECT_EQ(reader.u16(), 0x0102);
    EXPECT_EQ(reader.u32(), 0x03040506U);
    EXPECT_EQ(reader.u64(), 0x0708090a0b0c0d0eU);
    EXPECT_EQ(reader.left(), 0U);
}

TEST(FieldReader, RefusesToReadBehindTheEnd) {
    Bytes const three{1, 2, 3};
    FieldReader reader{three, "the footer"};
    try {
        (void)reader.u32();
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::damaged);
        EXPECT_STREQ(error.what(), "the footer ends early");
    }
    EXPECT_EQ(reader.u16(), 0x0201) << "a refused read takes nothing";
}

TEST(MemorySource, BoundsReadsWithoutOverflow) {
    Bytes const data{1, 2, 3, 4};
    MemorySource const source{data, "m"};
    Bytes two(2);
    source.read_at(2, two);
    EXPECT_EQ(two, (Bytes{3, 4}));
    EXPECT_THROW(source.read_at(3, two), Error);
    EXPECT_THROW(source.read_at(~0ULL, two), Error);
}
