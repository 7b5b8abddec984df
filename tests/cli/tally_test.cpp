#include "cli/frame.hpp"
#include "cli/tally.hpp"
#include "support/errors.hpp"
#include "support/log_capture.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <new>

namespace pgkeep {
namespace {

[[noreturn]] void fail_with(ErrorKind kind) {
    throw Error{kind, "it broke", "Mend it."};
}

TEST(Tally, IsDoneWhenAllWentWell) {
    Tally tally{2};
    nlohmann::ordered_json failure;
    EXPECT_TRUE(tally.attempt("one", failure, [] {}));
    EXPECT_TRUE(tally.attempt("two", failure, [] {}));
    EXPECT_EQ(tally.finish(), 0);
    EXPECT_TRUE(failure.is_null());
}

TEST(Tally, GoesOnWithTheOthersWhenThereWasNoMemoryForOne) {
    LogCapture const log;
    Tally tally{2};
    nlohmann::ordered_json failure;
    EXPECT_FALSE(tally.attempt("one", failure, [] { throw std::bad_alloc{}; }));
    EXPECT_TRUE(tally.attempt("two", failure, [] {}));
    EXPECT_EQ(failure.at("error"), "out of memory");
    EXPECT_EQ(error_of([&] { static_cast<void>(tally.finish()); }).kind(), ErrorKind::attention);
}

TEST(Tally, OneOfSeveralThatFailsIsReportedAndAsksForAttention) {
    LogCapture const log;
    Tally tally{2};
    nlohmann::ordered_json failure;
    EXPECT_FALSE(
        tally.attempt("database \"a\"", failure, [] { fail_with(ErrorKind::connection); }));
    EXPECT_TRUE(tally.attempt("database \"b\"", failure, [] {}));
    EXPECT_NE(log.text().find("error: database \"a\": it broke\nHINT: Mend it.\n"),
              std::string::npos)
        << log.text();
    EXPECT_EQ(failure.at("error"), "it broke");
    EXPECT_EQ(failure.at("hint"), "Mend it.");
    EXPECT_EQ(failure.at("exit_code"), 1);
    Error const error = error_of([&] { static_cast<void>(tally.finish()); });
    EXPECT_EQ(error.kind(), ErrorKind::attention);
    EXPECT_EQ(exit_code(error.kind()), 3);
    EXPECT_STREQ(error.what(), "1 of 2 failed");
}

TEST(Tally, WhenAllFailTheFirstErrorDecides) {
    LogCapture const log;
    Tally tally{2};
    nlohmann::ordered_json failure;
    tally.attempt("a", failure, [] { fail_with(ErrorKind::locked); });
    tally.attempt("b", failure, [] { fail_with(ErrorKind::connection); });
    EXPECT_EQ(error_of([&] { static_cast<void>(tally.finish()); }).kind(), ErrorKind::locked);
}

TEST(Tally, AloneAFailureIsThrownOn) {
    Tally tally{1};
    nlohmann::ordered_json failure;
    Error const error = error_of(
        [&] { tally.attempt("a", failure, [] { fail_with(ErrorKind::authentication); }); });
    EXPECT_EQ(error.kind(), ErrorKind::authentication);
    EXPECT_STREQ(error.what(), "it broke");
}

TEST(Tally, AStopRequestEndsTheRun) {
    Tally tally{3};
    nlohmann::ordered_json failure;
    Error const error =
        error_of([&] { tally.attempt("a", failure, [] { fail_with(ErrorKind::cancelled); }); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
}

TEST(ExitCodes, EveryKindHasTheCodeOfTheContract) {
    for (auto const &[kind, code] : {std::pair{ErrorKind::usage, 2},
                                     {ErrorKind::configuration, 2},
                                     {ErrorKind::failed, 1},
                                     {ErrorKind::connection, 1},
                                     {ErrorKind::authentication, 1},
                                     {ErrorKind::privilege, 1},
                                     {ErrorKind::no_space, 1},
                                     {ErrorKind::exists, 1},
                                     {ErrorKind::not_found, 1},
                                     {ErrorKind::version, 1},
                                     {ErrorKind::schema_moved, 1},
                                     {ErrorKind::damaged, 4},
                                     {ErrorKind::differs, 4},
                                     {ErrorKind::attention, 3},
                                     {ErrorKind::locked, 5}}) {
        EXPECT_EQ(exit_code_of(kind, 0), code);
        EXPECT_EQ(exit_code_of(kind, SIGTERM), code);
    }
}

TEST(ExitCodes, AStoppedRunSaysByWhichSignal) {
    EXPECT_EQ(exit_code_of(ErrorKind::cancelled, SIGINT), 130);
    EXPECT_EQ(exit_code_of(ErrorKind::cancelled, SIGTERM), 143);
    EXPECT_EQ(exit_code_of(ErrorKind::cancelled, 0), 130);
}

} // namespace
} // namespace pgkeep
