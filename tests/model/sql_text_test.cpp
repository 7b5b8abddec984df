#include "model/sql_text.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

TEST(SqlText, QuotesIdentifiersAlways) {
    EXPECT_EQ(quote_identifier("users"), "\"users\"");
    EXPECT_EQ(quote_identifier("we\"ird / n\xc3\xa4me"), "\"we\"\"ird / n\xc3\xa4me\"");
    EXPECT_EQ(quote_identifier("a\\b\nc"), "\"a\\b\nc\"");
    EXPECT_EQ(quote_qualified("a", "b\""), "\"a\".\"b\"\"\"");
}

TEST(SqlText, QuotesLiteralsWithBackslashesAsEscapes) {
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_literal("a\\'b"), "E'a\\\\''b'");
    EXPECT_EQ(quote_literal(""), "''");
}

TEST(SqlText, WritesCopyStatements) {
    EXPECT_EQ(copy_in_statement("public", "t", {"a", "b c"}),
              "COPY \"public\".\"t\" (\"a\", \"b c\") FROM stdin;");
    EXPECT_EQ(copy_in_statement("public", "none", {}), "COPY \"public\".\"none\" FROM stdin;");
}

TEST(SqlText, KeepsControlCharactersFromTerminals) {
    EXPECT_EQ(printable("plain \xc3\xa4"), "plain \xc3\xa4");
    EXPECT_EQ(printable("\x1b[2J\n\x7f"), "\\x1B[2J\\x0A\\x7F");
    EXPECT_EQ(printable("\xc2\x9b"), "\\xC2\\x9B") << "a C1 control in UTF-8";
    EXPECT_EQ(printable("\xe4"), "\\xE4") << "LATIN1";
    EXPECT_EQ(printable_name("a", "b\t"), "a.b\\x09");
}

TEST(SqlText, CharactersThatShowNothingButChangeHowOthersAreReadAreEscaped) {
    EXPECT_EQ(printable("a\u202egpj.exe"), "a\\xE2\\x80\\xAEgpj.exe");
    for (char const *hidden : {"\u2066", "\u200b", "\ufeff", "\u00ad", "\U000e0041", "\u2028",
                               "\u061c", "\u200d", "\ufe0f", "\u3164"}) {
        EXPECT_TRUE(printable(hidden).starts_with("\\x")) << printable(hidden);
    }
}

TEST(SqlText, LettersOfAnyScriptCanBeShown) {
    std::string const text = "Größe, κόσμος, שלום, سلام, 数据库, 🐘";
    EXPECT_EQ(printable(text), text);
}

TEST(SqlText, KnowsWhatIsUtf8) {
    for (char const *good :
         {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf"}) {
        EXPECT_TRUE(is_valid_utf8(good)) << good;
    }
    for (char const *bad : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82", "a\xff"}) {
        EXPECT_FALSE(is_valid_utf8(bad));
    }
}
