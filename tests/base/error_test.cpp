#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

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

TEST(Error, SaysWhatToDoOfEachSystemError) {
    for (int const value : {ENOSPC, EDQUOT, EFBIG, EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EEXIST,
                            EISDIR, ELOOP, EMFILE, EPIPE, EIO, EINVAL}) {
        EXPECT_FALSE(system_error(value, "x").hint().empty()) << error_text(value);
    }
    // It may have been for reading.
    EXPECT_EQ(system_error(EACCES, "cannot open a").hint().find("write"), std::string::npos);
}

namespace {

Error current_error_of(std::function<void()> const &action) {
    try {
        action();
    } catch (...) {
        return current_error();
    }
    ADD_FAILURE() << "nothing was thrown";
    return Error{ErrorKind::failed, "nothing"};
}

} // namespace

TEST(CurrentError, IsAnErrorAsItWasThrown) {
    Error const error = current_error_of([] {
        throw Error{ErrorKind::locked, "taken", "Wait for it."};
    });
    EXPECT_EQ(error.kind(), ErrorKind::locked);
    EXPECT_STREQ(error.what(), "taken");
    EXPECT_EQ(error.hint(), "Wait for it.");
}

TEST(CurrentError, SaysWhatToDoWhenThereIsNoMemory) {
    Error const error = current_error_of([] { throw std::bad_alloc{}; });
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_STREQ(error.what(), "out of memory");
    EXPECT_NE(error.hint().find("--jobs"), std::string::npos);
}

TEST(CurrentError, NamesTheLimitWhenNoThreadIsToBeHad) {
    Error const error = current_error_of([] {
        throw std::system_error{EAGAIN, std::generic_category()}; // as std::thread does
    });
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_STREQ(error.what(), "cannot start a thread: Resource temporarily unavailable");
    EXPECT_NE(error.hint().find("TasksMax"), std::string::npos);
}

TEST(CurrentError, CallsAnythingElseADefect) {
    for (auto const &thrown : std::vector<std::function<void()>>{
             [] { throw std::logic_error{"a bound"}; },
             [] {
                 throw std::system_error{EIO, std::generic_category(), "a bound"};
             }}) {
        Error const error = current_error_of(thrown);
        EXPECT_EQ(error.kind(), ErrorKind::failed);
        EXPECT_EQ(std::string{error.what()}.find("internal error: a bound"), 0U) << error.what();
        EXPECT_NE(error.hint().find("report it"), std::string::npos);
    }
}
