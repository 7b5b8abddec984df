#include "cli/progress_display.hpp"
#include "cli/progress_text.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMiB = 1 << 20;

// A display whose clock stands still until a test moves it, and whose terminal is a list of texts.
class ProgressFixture : public testing::Test {
protected:
    ProgressDisplay::World world() {
        return {.clock = [this] { return now_; },
                .width = [this] { return width_; },
                .write = [this](std::string const &text) { written_.push_back(text); }};
    }

    std::chrono::steady_clock::time_point now_{};
    unsigned width_ = 80;
    std::vector<std::string> written_;
};

TEST(ProgressText, ABarHasPercentageRateAndRemainingTime) {
    EXPECT_EQ(format_progress_bar({"data", 25 * kMiB, 100 * kMiB, 5s}, 60),
              "data         [####             ]  25 %  5.0 MiB/s  16 s left");
}

TEST(ProgressText, FitsTheTerminal) {
    for (unsigned const width : {20U, 40U, 60U, 79U, 200U}) {
        EXPECT_LE(format_progress_bar({"post-data", 25 * kMiB, 100 * kMiB, 5s}, width).size(),
                  width);
        EXPECT_LE(format_progress_bar({"post-data", 25 * kMiB, 0, 5s}, width).size(), width);
    }
}

TEST(ProgressText, WithoutATotalThereIsNoPercentage) {
    EXPECT_EQ(format_progress_bar({"data", 10 * kMiB, 0, 5s}, 80),
              "data         10 MiB  2.0 MiB/s");
    EXPECT_EQ(format_progress_line({"data", 10 * kMiB, 0, 5s}), "data: 10 MiB, 2.0 MiB/s");
}

TEST(ProgressText, NoRateIsGuessedFromTheFirstMoments) {
    EXPECT_EQ(format_progress_line({"data", kMiB, 100 * kMiB, 10ms}), "data: 1 % of 100 MiB");
}

TEST(ProgressText, AnEstimateThatWasTooLowStopsAtAHundred) {
    ProgressState const state{"data", 150 * kMiB, 100 * kMiB, 5s};
    EXPECT_EQ(percent_done(state), 100U);
    EXPECT_EQ(format_progress_line(state), "data: 100 % of 100 MiB, 30 MiB/s");
}

TEST(ProgressText, IsNotDoneBeforeItIsDone) {
    EXPECT_EQ(percent_done({"data", 999, 1000, 5s}), 99U);
    EXPECT_EQ(percent_done({"data", 1000, 1000, 5s}), 100U);
    EXPECT_EQ(percent_done({"data", 0, 0, 5s}), 0U);
}

TEST_F(ProgressFixture, DrawsAtMostTenTimesASecond) {
    ProgressDisplay display{ProgressDisplay::Style::bar, world()};
    display.phase("data", 1000);
    for (int i = 0; i < 1000; ++i) {
        now_ += 1ms;
        display.advance(1);
    }
    EXPECT_EQ(written_.size(), 10U);
}

TEST_F(ProgressFixture, ErasesTheBarAtTheEnd) {
    {
        ProgressDisplay display{ProgressDisplay::Style::bar, world()};
        display.phase("data", 1000);
        now_ += 1s;
        display.advance(500);
    }
    ASSERT_EQ(written_.size(), 2U);
    EXPECT_NE(written_.front().find(" 50 %"), std::string::npos);
    EXPECT_EQ(written_.back(), "\r\033[K");
}

TEST_F(ProgressFixture, WritesNothingToErase) {
    { ProgressDisplay const display{ProgressDisplay::Style::bar, world()}; }
    EXPECT_TRUE(written_.empty());
}

TEST_F(ProgressFixture, LeavesTheLastColumnFree) {
    width_ = 40;
    ProgressDisplay display{ProgressDisplay::Style::bar, world()};
    display.phase("data", 100 * kMiB);
    now_ += 5s;
    display.advance(20 * kMiB);
    ASSERT_EQ(written_.size(), 1U);
    EXPECT_LE(written_.front().size(), std::string{"\r\033[K"}.size() + 39);
}

TEST_F(ProgressFixture, WritesALineAMinuteToTheLog) {
    ProgressDisplay display{ProgressDisplay::Style::log, world()};
    display.phase("data", 600 * kMiB);
    for (int second = 0; second < 180; ++second) {
        now_ += 1s;
        display.advance(kMiB);
    }
    EXPECT_EQ(written_,
              (std::vector<std::string>{"data: 10 % of 600 MiB, 1.0 MiB/s, 9 min 01 s left",
                                        "data: 20 % of 600 MiB, 1.0 MiB/s, 8 min 01 s left",
                                        "data: 30 % of 600 MiB, 1.0 MiB/s, 7 min 01 s left"}));
}

TEST_F(ProgressFixture, ANewPhaseBeginsAtNothing) {
    ProgressDisplay display{ProgressDisplay::Style::bar, world()};
    display.phase("data", 100);
    now_ += 1s;
    display.advance(100);
    now_ += 1s;
    display.phase("verify", 100);
    ASSERT_EQ(written_.size(), 2U);
    EXPECT_NE(written_.back().find("verify"), std::string::npos);
    EXPECT_NE(written_.back().find("  0 %"), std::string::npos);
}

TEST_F(ProgressFixture, NothingIsShownWhenNothingIsWanted) {
    ProgressDisplay display{ProgressDisplay::Style::none, world()};
    display.phase("data", 100);
    now_ += 100s;
    display.advance(50);
    display.erase();
    EXPECT_TRUE(written_.empty());
}

TEST_F(ProgressFixture, ManyThreadsMayAdvanceAtOnce) {
    ProgressDisplay display{ProgressDisplay::Style::bar, world()};
    display.phase("data", 4000);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) {
                display.advance(1);
            }
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    now_ += 1s;
    display.advance(0);
    ASSERT_EQ(written_.size(), 1U);
    EXPECT_NE(written_.front().find("100 %"), std::string::npos);
}

} // namespace
} // namespace pgkeep
