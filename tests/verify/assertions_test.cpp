#include "support/errors.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"
#include "verify/assertions.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> statements(std::string_view text) {
    std::vector<std::string> found;
    for (Assertion const &assertion : parse_assertions(text, "a.sql")) {
        found.push_back(assertion.object() + ": " + assertion.sql);
    }
    return found;
}

Error refusal(std::string_view text) {
    return error_of([&] { (void)parse_assertions(text, "a.sql"); });
}

TEST(Assertions, AreNamedByTheLineWhereTheyBegin) {
    EXPECT_THAT(statements("SELECT true;\n\n  SELECT\n 1 = 1;\nSELECT 2 = 2"),
                ElementsAre("assertion a.sql:1: SELECT true", "assertion a.sql:3: SELECT\n 1 = 1",
                            "assertion a.sql:5: SELECT 2 = 2"));
}

TEST(Assertions, NeedNoSemicolonBehindTheLastOne) {
    EXPECT_THAT(statements("SELECT true"), SizeIs(1));
    EXPECT_THAT(statements("SELECT true -- really"), SizeIs(1));
}

TEST(Assertions, MayHoldSemicolonsInQuotesBodiesAndComments) {
    EXPECT_THAT(statements("-- one; two\n/* three; */ SELECT ';' = $a$;$a$ -- four;\n;;"),
                ElementsAre(HasSubstr(": SELECT ';' = $a$;$a$")));
}

TEST(Assertions, AreNoneInComments) {
    EXPECT_THAT(statements("-- nothing\n/* here */;\n"), IsEmpty());
}

TEST(Assertions, RefuseCommandsOfPsqlWithTheirLine) {
    Error const error = refusal("SELECT true;\n\\! rm -rf /\n");
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("a.sql, line 2"), HasSubstr("command of psql")));
}

TEST(Assertions, RefuseCommandsOfPsqlInsideAStatement) {
    EXPECT_THAT(refusal("SELECT true \\gexec\n").what(), HasSubstr("command of psql"));
}

TEST(Assertions, RefuseCopyWhichWouldWaitForRows) {
    EXPECT_THAT(refusal("/* x */ copy t from stdin;\n").what(), HasSubstr("line 1: COPY"));
}

TEST(Assertions, RefuseAQuoteThatDoesNotEnd) {
    EXPECT_THAT(refusal("SELECT true;\nSELECT 'x;\n").what(),
                AllOf(HasSubstr("line 2"), HasSubstr("open quoted string does not end")));
}

TEST(Assertions, RefuseAFileWithoutAStatement) {
    TemporaryFolder const folder;
    std::string const path = folder.file("empty.sql");
    write_whole_file(path, "-- later\n");
    Error const error = error_of([&] { (void)read_assertions({path}); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("has no statement"));
}

TEST(Assertions, RefuseAFileThatCannotBeRead) {
    TemporaryFolder const folder;
    Error const error = error_of([&] { (void)read_assertions({folder.file("none.sql")}); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("none.sql"), HasSubstr("No such file")));
    EXPECT_THAT(error.hint(), HasSubstr("spelt"));
}

TEST(Assertions, OfSeveralFilesKeepTheirOrder) {
    TemporaryFolder const folder;
    write_whole_file(folder.file("1.sql"), "SELECT 1");
    write_whole_file(folder.file("2.sql"), "SELECT 2;");
    auto const all = read_assertions({folder.file("2.sql"), folder.file("1.sql")});
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].sql, "SELECT 2");
    EXPECT_EQ(all[1].sql, "SELECT 1");
}

} // namespace
} // namespace pgkeep
