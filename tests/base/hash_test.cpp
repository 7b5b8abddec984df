#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

using namespace pgkeep;

TEST(Sha256, AgreesWithTheStandard) {
    Sha256 sha;
    sha.add(as_bytes("a"));
    sha.add(as_bytes("bc"));
    // FIPS 180-4, example "abc"
    EXPECT_EQ(to_hex(sha.finish()),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(RowDigest, IsXxh3OfTheLineForOneRow) {
    RowDigest digest;
    digest.add_row("");
    // XXH3_128bits of no input with seed 0, as published with the algorithm.
    EXPECT_EQ(to_hex(digest.hash), "99aa06d3014798d86001c324468d497f");
    EXPECT_EQ(digest.rows, 1U);
    EXPECT_EQ(digest.bytes, 1U);
}

TEST(RowDigest, DoesNotDependOnOrderOrGrouping) {
    std::vector<std::string> rows;
    for (int i = 0; i < 1000; ++i) {
        rows.push_back("row " + std::to_string(i));
    }
    RowDigest in_order;
    for (auto const &row : rows) {
        in_order.add_row(row);
    }
    std::shuffle(rows.begin(), rows.end(), std::mt19937{1});
    RowDigest first_half;
    RowDigest second_half;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        (i < 300 ? first_half : second_half).add_row(rows[i]);
    }
    first_half += second_half;
    EXPECT_EQ(first_half, in_order);
}

TEST(RowDigest, NoticesAnyChangedMissingOrDoubledRow) {
    auto const digest = [](std::vector<std::string> const &rows) {
        RowDigest d;
        for (auto const &row : rows) {
            d.add_row(row);
        }
        return d;
    };
    auto const whole = digest({"1\ta", "2\tb", "3\tc"});
    EXPECT_FALSE(whole.hash == digest({"1\ta", "2\tb"}).hash);
    EXPECT_FALSE(whole.hash == digest({"1\ta", "2\tb", "3\tC"}).hash);
    EXPECT_FALSE(whole.hash == digest({"1\ta", "2\tb", "3\tc", "3\tc"}).hash);
    EXPECT_FALSE(whole.hash == digest({"1\ta", "2\tb", "2\tb"}).hash);
}

TEST(Hash128, CarriesIntoTheUpperHalfAndWrapsAround) {
    Hash128 sum{0, ~0ULL};
    sum += Hash128{0, 1};
    EXPECT_EQ(sum, (Hash128{1, 0}));
    sum = Hash128{~0ULL, ~0ULL};
    sum += Hash128{0, 2};
    EXPECT_EQ(sum, (Hash128{0, 1}));
}

TEST(Hash128, ReadsWhatItWrites) {
    Hash128 const hash{0x0123456789abcdef, 0xfedcba9876543210};
    EXPECT_EQ(to_hex(hash), "0123456789abcdeffedcba9876543210");
    EXPECT_EQ(parse_hash128(to_hex(hash)), hash);
    EXPECT_FALSE(parse_hash128("0123456789abcdeffedcba987654321"));
    EXPECT_FALSE(parse_hash128("0123456789ABCDEFfedcba9876543210"));
    EXPECT_FALSE(parse_hash128("0123456789abcdeffedcba987654321g"));
}
