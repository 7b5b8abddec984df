#include "base/error.hpp"
#include "pg/connection_settings.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::Not;

std::map<std::string, std::string> parse_env(std::string_view text) {
    return parse_env_file(text, "app.env");
}

std::string complaint(std::string_view text) {
    try {
        (void)parse_env(text);
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::configuration);
        return error.what();
    }
    ADD_FAILURE() << "accepted";
    return {};
}

TEST(EnvFile, ReadsNamesAndValues) {
    auto const values =
        parse_env("A=1\nB = two words \n\nexport C=3\nEMPTY=\nURL=postgres://u:p@h/d?x=y");
    EXPECT_EQ(values.at("A"), "1");
    EXPECT_EQ(values.at("B"), "two words");
    EXPECT_EQ(values.at("C"), "3");
    EXPECT_EQ(values.at("EMPTY"), "");
    EXPECT_EQ(values.at("URL"), "postgres://u:p@h/d?x=y");
}

TEST(EnvFile, ReadsLinesThatEndInCarriageReturns) {
    auto const values = parse_env("\xEF\xBB\xBF"
                                  "A=1\r\nB=\"2\"\r\n\r\n");
    EXPECT_EQ(values.at("A"), "1");
    EXPECT_EQ(values.at("B"), "2");
}

TEST(EnvFile, PassesOverCommentsButNotOverHashesInValues) {
    auto const values = parse_env(
        "# A=0\n  # B=0\nA=x#y # comment\nB='x # y' # comment\nC=\"#\"#\nD=# all comment\n");
    EXPECT_EQ(values.at("A"), "x#y");
    EXPECT_EQ(values.at("B"), "x # y");
    EXPECT_EQ(values.at("C"), "#");
    EXPECT_EQ(values.at("D"), "");
    EXPECT_EQ(values.size(), 4U);
}

TEST(EnvFile, TakesSingleQuotesLiterally) {
    EXPECT_EQ(parse_env(R"(A='a\n"b" $HOME')").at("A"), R"(a\n"b" $HOME)");
}

TEST(EnvFile, UnderstandsBackslashesInDoubleQuotes) {
    EXPECT_EQ(parse_env(R"(A="a\nb\"c\\d\$e\q")").at("A"), "a\nb\"c\\d$e\\q");
}

TEST(EnvFile, NeverExpandsADollar) {
    EXPECT_EQ(parse_env("A=p$ss${B}\n").at("A"), "p$ss${B}");
    EXPECT_EQ(parse_env("A=\"p$ss${B}\"\n").at("A"), "p$ss${B}");
}

TEST(EnvFile, LetsQuotedValuesSpanLines) {
    auto const values = parse_env("A=\"one\ntwo\"\nB=3");
    EXPECT_EQ(values.at("A"), "one\ntwo");
    EXPECT_EQ(values.at("B"), "3");
}

TEST(EnvFile, TakesTheLastOfSeveral) {
    EXPECT_EQ(parse_env("A=1\nA=2\n").at("A"), "2");
}

TEST(EnvFile, NamesTheLineThatIsWrongButNotItsText) {
    EXPECT_EQ(complaint("A=1\n\nsecret words\n"), "app.env:3: not of the form NAME=value");
    EXPECT_EQ(complaint("A=\"x\"\nB='secret\n\n"), "app.env:2: the closing quote is missing");
    EXPECT_EQ(complaint("A=\"x\ny\"\nB='x' secret\n"),
              "app.env:3: there is text behind the closing quote");
    EXPECT_EQ(complaint("=x\n"), "app.env:1: not of the form NAME=value");
}

} // namespace
} // namespace pgkeep
