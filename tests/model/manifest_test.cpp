#include "base/error.hpp"
#include "model/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::HasSubstr;

namespace {

Manifest everything() {
    Manifest manifest;
    manifest.origin = {ArchiveKind::backup,
                       "we\"ird\n\xe4",
                       parse_stamp("20260112_120000").value(),
                       "7512345678901234567",
                       "15.14",
                       150014,
                       "15.14",
                       "0.1.0",
                       {"--table=a.*"}};
    DatabaseProperties &database = manifest.database;
    database.owner = "app";
    database.encoding = "LATIN1";
    database.collate = database.ctype = "C";
    database.tablespace = "pg_default";
    database.comment = "it's \\ here";
    database.acl = std::vector<std::string>{"=Tc/app", "app=CTc/app"};
    database.settings = {{"", "work_mem", "64MB"}, {"app", "search_path", "a, b"}};
    manifest.roles = {"app", "r\xf6le"};
    manifest.extensions = {{"pg_trgm", "1.6", "public"}};
    TableEntry table;
    table.number = 1;
    table.schema = "public";
    table.name = "t\xff";
    table.columns = {"id", "n\"ame"};
    table.proof.add_row("1\ta");
    manifest.tables = {table};
    table.number = 2;
    table.has_data = false;
    table.columns.clear();
    table.condition = "WHERE id > 10";
    table.proof = {};
    manifest.tables.push_back(table);
    manifest.sequences = {{"public", "s", -5, true}, {"public", "u", 1, false}};
    manifest.large_objects.count = 3;
    manifest.large_objects.definitions = 6;
    manifest.object_counts = {{"TABLE", 2}, {"FK CONSTRAINT", 1}};
    return manifest;
}

std::string complaint(std::string const &text) {
    try {
        (void)parse_manifest(text);
    } catch (Error const &error) {
        return error.what();
    }
    return "accepted";
}

std::string replaced(std::string text, std::string const &what, std::string const &with) {
    auto const at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

} // namespace

TEST(Manifest, ReadsWhatItWrites) {
    EXPECT_EQ(parse_manifest(format_manifest(everything())), everything());
}

TEST(Manifest, IsPureAsciiCommentsOneObjectALine) {
    std::string const text = format_manifest(everything());
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        EXPECT_EQ(text.compare(at, kManifestPrefix.size(), kManifestPrefix), 0);
        ++lines;
    }
    EXPECT_EQ(lines, 11U);
    for (char const c : text) {
        EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\n');
    }
}

TEST(Manifest, KeepsNamesThatAreNoUtf8) {
    EXPECT_THAT(format_manifest(everything()), HasSubstr(R"({"hex":"74ff"})"));
}

TEST(Manifest, PassesOverOtherLinesAndUnknownTypesOfALaterMinorVersion) {
    std::string text = format_manifest(everything());
    text = "SELECT 1;\n--\n" + replaced(text, R"("lines":11)", R"("lines":12)");
    text = replaced(text, "-- pgkeep: {\"lines\"",
                    "-- pgkeep: {\"type\":\"novelty\"}\n-- pgkeep: {\"lines\"");
    EXPECT_THAT(complaint(text), HasSubstr("the line has an unknown type"));
    text = replaced(text, R"("format":"1.0")", R"("format":"1.1")");
    EXPECT_EQ(parse_manifest(text), everything());
}

TEST(Manifest, NamesTheDamagedLine) {
    std::string const good = format_manifest(everything());
    EXPECT_EQ(complaint(replaced(good, R"("rows":1,)", R"("rows":-1,)")),
              "manifest line 5: field \"rows\" is not a count in its range");
    EXPECT_EQ(complaint(replaced(good, R"("rows":1,)", R"("rows":1.5,)")),
              "manifest line 5: field \"rows\" is not a count in its range");
    EXPECT_EQ(complaint(replaced(good, R"("rows":1,)", "")),
              "manifest line 5: field \"rows\" is missing");
    EXPECT_EQ(complaint(replaced(good, R"("number":1)", R"("number":3)")),
              "manifest line 5: table number 3 comes after 0");
    EXPECT_EQ(complaint(replaced(good, R"({"hex":"74ff"})", R"({"hex":"74f"})")),
              "manifest line 5: field \"name\" is not a text");
    EXPECT_EQ(complaint(replaced(good, R"({"hex":"74ff"})", R"("a\u0000b")")),
              "manifest line 5: field \"name\" is not a text");
    EXPECT_EQ(complaint(replaced(good, "-- pgkeep: {", "-- pgkeep: [")),
              "manifest line 1: the line is not a JSON object");
}

TEST(Manifest, NoticesMissingDoubledAndTrailingLines) {
    std::string const good = format_manifest(everything());
    auto const begin = good.find("-- pgkeep: {\"is_called\"");
    auto const end = good.find('\n', begin) + 1;
    EXPECT_THAT(complaint(std::string{good}.erase(begin, end - begin)),
                HasSubstr("lines of the manifest are missing"));
    EXPECT_THAT(complaint(good + "-- pgkeep: {\"type\":\"roles\",\"names\":[]}\n"),
                HasSubstr("behind the end line"));
    std::string const first = good.substr(0, good.find('\n') + 1);
    EXPECT_THAT(complaint(first + good), HasSubstr("a second line of type \"archive\""));
    EXPECT_EQ(complaint(""), "the manifest is not complete");
    EXPECT_EQ(complaint(first), "the manifest is not complete");
}

TEST(Manifest, RefusesAFutureMajorFormatAndReadsAFutureMinor) {
    std::string const good = format_manifest(everything());
    EXPECT_EQ(parse_manifest(replaced(good, R"("format":"1.0")", R"("format":"1.9")")),
              everything());
    try {
        (void)parse_manifest(replaced(good, R"("format":"1.0")", R"("format":"2.0")"));
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::version);
        EXPECT_THAT(error.hint(), HasSubstr("newer pgkeep"));
    }
}

TEST(Manifest, BoundsALine) {
    std::string const huge = "-- pgkeep: {\"x\":\"" + std::string(5 << 20, 'a') + "\"}\n";
    EXPECT_THAT(complaint(huge), HasSubstr("the line has"));
}

TEST(Manifest, SurvivesDeepNesting) {
    EXPECT_THAT(complaint("-- pgkeep: " + std::string(1 << 20, '[') + "\n"),
                HasSubstr("not a JSON object"));
}
