#include "base/error.hpp"
#include "support/errors.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"
#include "verify/gentle_source.hpp"

#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

constexpr std::uint64_t kRate = 100'000; // so a piece is 10'000 bytes

Bytes numbered(std::size_t size) {
    Bytes bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

// A clock that only waiting moves.
class FakeTime {
public:
    RateLimit::Timing timing() {
        return {[this] { return now(); },
                [this](RateLimit::TimePoint until) {
                    std::scoped_lock const lock{mutex_};
                    now_ = std::max(now_, until);
                }};
    }
    RateLimit::TimePoint now() {
        std::scoped_lock const lock{mutex_};
        return now_;
    }
    void pass(std::chrono::milliseconds time) {
        std::scoped_lock const lock{mutex_};
        now_ += time;
    }

private:
    std::mutex mutex_;
    RateLimit::TimePoint now_ = RateLimit::TimePoint{} + 1h;
};

// Notes when each read happened, and how large it was.
class WatchedSource : public ByteSource {
public:
    struct Read {
        std::uint64_t offset;
        std::size_t size;
        std::chrono::milliseconds at;
        bool operator==(Read const &) const = default;
    };
    WatchedSource(Bytes const &bytes, FakeTime &time)
        : memory_(bytes), time_(time), start_(time.now()) {}
    [[nodiscard]] std::uint64_t size() const override { return memory_.size(); }
    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
        memory_.read_at(offset, into);
        auto const at = std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - start_);
        std::scoped_lock const lock{mutex_};
        reads_.push_back({offset, into.size(), at});
    }
    [[nodiscard]] std::string const &name() const override { return memory_.name(); }
    [[nodiscard]] std::vector<Read> const &reads() const { return reads_; }

private:
    MemorySource memory_;
    FakeTime &time_;
    RateLimit::TimePoint start_;
    mutable std::mutex mutex_;
    mutable std::vector<Read> reads_;
};

Bytes read_all(ByteSource const &source) {
    Bytes bytes(source.size());
    source.read_at(0, bytes);
    return bytes;
}

TEST(GentleSource, ReadsTheSameBytes) {
    Bytes const bytes = numbered(123'457);
    MemorySource const memory{bytes, "some name"};
    FakeTime time;
    RateLimit limit{kRate, {}, time.timing()};
    GentleSource const source{memory, &limit};
    EXPECT_EQ(source.size(), bytes.size());
    EXPECT_EQ(source.name(), "some name");
    EXPECT_EQ(read_all(source), bytes);
    Bytes middle(30'000);
    source.read_at(777, middle);
    EXPECT_TRUE(std::equal(middle.begin(), middle.end(), bytes.begin() + 777));
}

TEST(GentleSource, WaitsUntilThePiecesBeforeArePaidFor) {
    Bytes const bytes = numbered(25'000);
    FakeTime time;
    WatchedSource const watched{bytes, time};
    RateLimit limit{kRate, {}, time.timing()};
    (void)read_all(GentleSource{watched, &limit});
    EXPECT_THAT(watched.reads(), ElementsAre(WatchedSource::Read{0, 10'000, 0ms},
                                             WatchedSource::Read{10'000, 10'000, 100ms},
                                             WatchedSource::Read{20'000, 5'000, 200ms}));
}

TEST(GentleSource, DoesNotCatchUpOnTimeThatNobodyUsed) {
    Bytes const bytes = numbered(20'000);
    FakeTime time;
    WatchedSource const watched{bytes, time};
    RateLimit limit{kRate, {}, time.timing()};
    time.pass(1h);
    (void)read_all(GentleSource{watched, &limit});
    ASSERT_THAT(watched.reads(), SizeIs(2));
    EXPECT_EQ(watched.reads()[1].at - watched.reads()[0].at, 100ms);
}

TEST(GentleSource, IsNeverFasterThanTheRateForAllThreadsTogether) {
    Bytes const bytes = numbered(50'000);
    FakeTime time;
    WatchedSource const one{bytes, time};
    WatchedSource const other{bytes, time};
    RateLimit limit{kRate, {}, time.timing()};
    auto const start = time.now();
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&, thread] {
                (void)read_all(GentleSource{thread % 2 == 0 ? one : other, &limit});
            });
        }
    }
    // 200'000 bytes in pieces of 10'000: the last of the 20 begins when 19 are paid for.
    EXPECT_EQ(time.now() - start, 1900ms);
}

TEST(GentleSource, ReadsWithoutWaitingWhenThereIsNoLimit) {
    Bytes const bytes = numbered(50'000);
    FakeTime time;
    WatchedSource const watched{bytes, time};
    EXPECT_EQ(read_all(GentleSource{watched, nullptr}), bytes);
    EXPECT_THAT(watched.reads(), ElementsAre(WatchedSource::Read{0, 50'000, 0ms}));
}

TEST(GentleSource, StopsWaitingWhenTheTokenFires) {
    Bytes const bytes = numbered(100'000);
    MemorySource const memory{bytes};
    std::stop_source stop;
    RateLimit limit{1, stop.get_token()}; // a day for the whole
    GentleSource const source{memory, &limit};
    std::jthread const firing{[&] { stop.request_stop(); }};
    Error const error = error_of([&] { (void)read_all(source); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
}

TEST(GentleSource, PassesOnThatTheSourceEndsEarly) {
    TemporaryFolder const folder;
    std::string const path = folder.file("short");
    write_whole_file(path, "four");
    FileSource const file{path};
    GentleSource const source{file, nullptr};
    Bytes bytes(5);
    EXPECT_EQ(error_of([&] { source.read_at(0, bytes); }).kind(), ErrorKind::damaged);
}

TEST(GentleSource, ReadsAFileThatTheKernelForgetsMeanwhile) {
    TemporaryFolder const folder;
    std::string const path = folder.file("file");
    Bytes const bytes = numbered(70'001);
    write_whole_file(path, as_text(bytes));
    FileSource const file{path};
    FakeTime time;
    RateLimit limit{kRate, {}, time.timing()};
    EXPECT_EQ(read_all(GentleSource{file, &limit}), bytes);
}

TEST(YieldToOtherIo, LowersThePriorityOfThisThreadAndOfThoseItStarts) {
    constexpr int kWhoProcess = 1; // IOPRIO_WHO_PROCESS of man 2 ioprio_get
    auto const priority = [] {
        return static_cast<int>(::syscall(SYS_ioprio_get, kWhoProcess, 0));
    };
    int own = 0;
    int inherited = 0;
    std::thread{[&] {
        yield_to_other_io();
        own = priority();
        std::thread{[&] { inherited = priority(); }}.join();
    }}.join();
    if (own < 0) {
        GTEST_SKIP() << "this kernel knows no I/O priorities";
    }
    EXPECT_EQ(own, (2 << 13) | 7) << "not best effort, the last of it (man 2 ioprio_set)";
    EXPECT_EQ(inherited, own);
}

} // namespace
} // namespace pgkeep
