#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

using namespace pgkeep;

TEST(Error, GivesEachKindItsDocumentedExitCode) {
    EXPECT_EQ(exit_code(ErrorKind::failed), 1);
    EXPECT_EQ(exit_code(ErrorKind::connection), 1);
    EXPECT_EQ(exit_code(ErrorKind::no_space), 1);
    EXPECT_EQ(exit_code(ErrorKind::usage), 2);
    EXPECT_EQ(exit_code(ErrorKind::configuration), 2);
    EXPECT_EQ(exit_code(ErrorKind::attention), 3);
    EXPECT_EQ(exit_code(ErrorKind::damaged), 4);
    EXPECT_EQ(exit_code(ErrorKind::differs), 4);
    EXPECT_EQ(exit_code(ErrorKind::locked), 5);
    EXPECT_EQ(exit_code(ErrorKind::cancelled), 130);
}

TEST(Error, ListsEveryExitCodeOnce) {
    std::vector<int> codes;
    for (ExitCodeRow const &row : exit_code_table()) {
        codes.push_back(row.code);
        EXPECT_FALSE(row.meaning.empty());
    }
    EXPECT_EQ(codes, (std::vector<int>{0, 1, 2, 3, 4, 5, 130, 143}));
}

TEST(Error, KeepsKindAndHintWhenContextIsAdded) {
    Error const error = Error{ErrorKind::no_space, "disk full", "Free space."}.within("/backup");
    EXPECT_STREQ(error.what(), "/backup: disk full");
    EXPECT_EQ(error.kind(), ErrorKind::no_space);
    EXPECT_EQ(error.hint(), "Free space.");
}

TEST(Error, TakesTheKindOfASystemErrorFromErrno) {
    EXPECT_EQ(system_error(ENOSPC, "x").kind(), ErrorKind::no_space);
    EXPECT_EQ(system_error(EDQUOT, "x").kind(), ErrorKind::no_space);
    EXPECT_EQ(system_error(EACCES, "x").kind(), ErrorKind::privilege);
    EXPECT_EQ(system_error(ENOENT, "x").kind(), ErrorKind::not_found);
    EXPECT_EQ(system_error(EEXIST, "x").kind(), ErrorKind::exists);
    EXPECT_EQ(system_error(EIO, "x").kind(), ErrorKind::failed);
    EXPECT_STREQ(system_error(ENOSPC, "cannot write a").what(),
                 "cannot write a: No space left on device");
}
