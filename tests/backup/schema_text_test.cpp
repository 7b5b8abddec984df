#include "backup/schema_text.hpp"
#include "base/error.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

namespace {

std::string const kPrologue = "--\n-- PostgreSQL database dump\n--\n\n";
std::string const kSettings =
    "-- Dumped from database version 15.14\n\nSET statement_timeout = 0;\n";
std::string const kClosing = "--\n-- PostgreSQL database dump complete\n--\n\n";

struct Filtered {
    std::string text;
    std::string key;
};

Filtered filter(std::string const &input, RestrictLine restrict_line, std::size_t piece) {
    Filtered result;
    SchemaTextFilter schema{restrict_line, [&](std::string_view text) { result.text += text; }};
    for (std::size_t at = 0; at < input.size(); at += piece) {
        schema.add(std::string_view{input}.substr(at, piece));
    }
    schema.finish();
    result.key = schema.restrict_key();
    return result;
}

} // namespace

TEST(SchemaTextFilter, TakesTheFrameAwayWhateverThePieces) {
    std::string const body = "CREATE TABLE t();\n\n";
    std::string const input =
        kPrologue + "\\restrict KEY1\n\n" + kSettings + body + kClosing + "\\unrestrict KEY1\n\n";
    for (std::size_t const piece : {1U, 7U, 100U, 100000U}) {
        auto const kept = filter(input, RestrictLine::keep, piece);
        EXPECT_EQ(kept.text, kPrologue + "\\restrict KEY1\n\n" + kSettings + body);
        EXPECT_EQ(kept.key, "KEY1");
        auto const dropped = filter(input, RestrictLine::drop, piece);
        EXPECT_EQ(dropped.text, kPrologue + "\n" + kSettings + body);
    }
}

TEST(SchemaTextFilter, TakesOutputOfOlderReleases) {
    auto const kept = filter(kPrologue + kSettings + kClosing, RestrictLine::keep, 10);
    EXPECT_EQ(kept.text, kPrologue + kSettings);
    EXPECT_EQ(kept.key, "");
}

// Servers before 17 do not know it, and a pg_dump from 17 on sets it whatever it dumps.
TEST(SchemaTextFilter, SetsALateSettingOnlyWhereTheServerHasIt) {
    std::string const set = "SET transaction_timeout = 0;\n";
    std::string const body = "\nCREATE FUNCTION f() AS '\n\n" + set + "';\n";
    std::string const settings = "SET lock_timeout = 0;\n";
    std::string const input = kPrologue + kSettings + set + settings + body + kClosing;
    for (std::size_t const piece : {1U, 7U, 100000U}) {
        EXPECT_EQ(filter(input, RestrictLine::keep, piece).text,
                  kPrologue + kSettings +
                      "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings "
                      "WHERE name = 'transaction_timeout';\n" +
                      settings + body);
    }
}

TEST(SchemaTextFilter, StreamsLongTexts) {
    std::string const body(100'000, 'x');
    auto const kept =
        filter(kPrologue + kSettings + body + "\n" + kClosing, RestrictLine::keep, 4096);
    EXPECT_EQ(kept.text, kPrologue + kSettings + body + "\n");
}

TEST(SchemaTextFilter, IsNotFooledByTheWordsOfAComment) {
    std::string const body = "COMMENT ON TABLE t IS '\n" + kClosing + "\\restrict x\n';\n";
    auto const kept = filter(kPrologue + kSettings + body + kClosing, RestrictLine::keep, 50);
    EXPECT_EQ(kept.text, kPrologue + kSettings + body);
    EXPECT_EQ(kept.key, "");
}

TEST(SchemaTextFilter, RefusesACutText) {
    std::string const whole = kPrologue + kSettings + "SELECT 1;\n" + kClosing;
    for (std::size_t size = 0; size + kClosing.size() < whole.size() + 43; ++size) {
        EXPECT_THROW((void)filter(whole.substr(0, size), RestrictLine::keep, 64), Error) << size;
    }
    EXPECT_THROW((void)filter(whole + "SELECT 2;\n", RestrictLine::keep, 64), Error);
}
