// Scripts that were made to exhaust memory.

#include "archive/script_scanner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char const *kClosingComment = "--\n-- PostgreSQL database dump complete\n--\n\n";

TEST(ScriptScanner, BoundsItsMemoryForHostileScripts) {
    ScriptScanner scanner;
    std::string const piece(1 << 20, 'x');
    scanner.add("COPY ");
    for (int i = 0; i < 40; ++i) {
        scanner.add(piece);
    }
    scanner.add(" FROM stdin;\n");
    scanner.add(kClosingComment);
    ScriptReport const report = scanner.finish();
    EXPECT_THAT(report.problems,
                ElementsAre("line 1: a COPY or SELECT statement longer than any server accepts"));
}

// Not so many that their number would be refused, but in all more than a server's names can need.
TEST(ScriptScanner, BoundsTheMemoryForManyLongCopyStatements) {
    ScriptScanner scanner;
    std::string const padding(8 << 20, ' ');
    for (int i = 0; i < 20; ++i) {
        scanner.add("COPY t (c" + std::to_string(i));
        scanner.add(padding);
        scanner.add(") FROM stdin;\n\\.\n");
    }
    scanner.add(kClosingComment);
    ScriptReport const report = scanner.finish();
    EXPECT_EQ(report.tables.size(), 15U); // of 128 MiB
    EXPECT_THAT(report.problems.at(0), HasSubstr("than can be told apart"));
}

TEST(ScriptScanner, StopsCollectingProblems) {
    ScriptScanner scanner;
    for (int i = 0; i < 1000; ++i) {
        scanner.add("\\.\n");
    }
    EXPECT_EQ(scanner.finish().problems.size(), 100U);
}

} // namespace
} // namespace pgkeep
