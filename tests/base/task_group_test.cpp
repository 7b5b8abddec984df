#include "base/bounded_queue.hpp"
#include "base/error.hpp"
#include "base/task_group.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

using namespace pgkeep;

namespace {

void wait_for_stop(std::stop_token const &token) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock{mutex};
    stopped.wait(lock, token, [] { return false; });
}

} // namespace

TEST(TaskGroup, JoinsAllTasks) {
    std::atomic<int> done{0};
    std::stop_source source;
    TaskGroup group{source.get_token()};
    for (int i = 0; i < 5; ++i) {
        group.run("task", [&](std::stop_token const &) { ++done; });
    }
    group.wait();
    EXPECT_EQ(done, 5);
}

TEST(TaskGroup, StopsSiblingsAndThrowsTheFirstError) {
    std::stop_source source;
    TaskGroup group{source.get_token()};
    group.run("sibling", [](std::stop_token const &token) {
        wait_for_stop(token);
        throw Error{ErrorKind::connection, "the socket was shut down"};
    });
    group.run("culprit", [](std::stop_token const &) {
        throw Error{ErrorKind::no_space, "disk full"};
    });
    try {
        group.wait();
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::no_space);
    }
}

TEST(TaskGroup, CallsAStopByItsOwnerCancelledWhateverTasksThrow) {
    std::stop_source source;
    TaskGroup group{source.get_token()};
    group.run("task", [](std::stop_token const &token) {
        wait_for_stop(token);
        throw Error{ErrorKind::connection, "the socket was shut down"};
    });
    source.request_stop();
    try {
        group.wait();
        FAIL() << "nothing was thrown";
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
}

TEST(BoundedQueue, HandsOnEverythingInOrderAndEnds) {
    BoundedQueue<int> queue{2};
    std::stop_source source;
    std::jthread producer{[&] {
        for (int i = 0; i < 100; ++i) {
            EXPECT_TRUE(queue.push(i, source.get_token()));
        }
        queue.close();
    }};
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(queue.pop(source.get_token()), i);
    }
    EXPECT_FALSE(queue.pop(source.get_token()));
}

TEST(BoundedQueue, HoldsItsCapacityInWeightAndOneItem) {
    BoundedQueue<int> queue{10};
    std::stop_source source;
    ASSERT_TRUE(queue.push(1, source.get_token(), 4));
    ASSERT_TRUE(queue.push(2, source.get_token(), 5));
    ASSERT_TRUE(queue.push(3, source.get_token(), 100)) << "9 of 10 are held";
    std::atomic<bool> pushed{false};
    std::jthread blocked{[&] { pushed = queue.push(4, source.get_token(), 0); }};
    EXPECT_EQ(queue.pop(source.get_token()), 1);
    EXPECT_EQ(queue.pop(source.get_token()), 2);
    EXPECT_FALSE(pushed) << "the heavy one is still held";
    EXPECT_EQ(queue.pop(source.get_token()), 3);
    EXPECT_EQ(queue.pop(source.get_token()), 4);
    blocked.join();
    EXPECT_TRUE(pushed);
}

TEST(BoundedQueue, LetsNobodyWaitAfterAStop) {
    BoundedQueue<int> queue{1};
    std::stop_source source;
    ASSERT_TRUE(queue.push(1, source.get_token()));
    std::jthread blocked{[&] { EXPECT_FALSE(queue.push(2, source.get_token())); }};
    source.request_stop();
    blocked.join();
    EXPECT_EQ(queue.pop(source.get_token()), std::nullopt) << "a stop ends everything";
}
