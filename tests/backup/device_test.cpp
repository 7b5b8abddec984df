#include "backup/device.hpp"
#include "backup/output.hpp"
#include "base/error.hpp"
#include "support/errors.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <future>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;

template <typename Call>
ErrorKind kind_of(Call const &call) {
    return error_of(call).kind();
}

struct Pair {
    FileDescriptor read;
    FileDescriptor write;
};

Pair make_pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    return {FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

Pair make_sockets() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return {FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 65536> piece{};
    for (ssize_t got = 1; got > 0;) {
        got = ::read(fd, piece.data(), piece.size());
        text.append(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    return text;
}

std::string sample() {
    std::string text;
    for (int i = 0; i < 500'000; ++i) {
        text += std::to_string(i);
    }
    return text;
}

// Whether `fd` takes nothing more.
bool is_full(int fd) {
    pollfd wanted{fd, POLLOUT, 0};
    return ::poll(&wanted, 1, 0) == 0;
}

class Sinks : public testing::TestWithParam<Pair (*)()> {};

TEST_P(Sinks, PassEveryByteToASlowReader) {
    Pair ends = GetParam()();
    auto const text = sample();
    auto reader = std::async(std::launch::async, [&] { return read_all(ends.read.get()); });
    InterruptibleSink{ends.write.get(), "the pipe", {}}.append(as_bytes(text));
    ends.write.reset();
    EXPECT_TRUE(reader.get() == text);
}

TEST_P(Sinks, StopWhenNobodyReads) {
    Pair const ends = GetParam()();
    auto const text = sample();
    std::stop_source stop;
    InterruptibleSink sink{ends.write.get(), "the pipe", stop.get_token()};
    auto writer = std::async(std::launch::async,
                             [&] { return kind_of([&] { sink.append(as_bytes(text)); }); });
    while (!is_full(ends.write.get())) {
    }
    stop.request_stop();
    bool const stopped = writer.wait_for(60s) == std::future_status::ready;
    EXPECT_TRUE(stopped);
    if (!stopped) {
        (void)::read(ends.read.get(), std::string(text.size(), ' ').data(), text.size());
        return;
    }
    EXPECT_EQ(writer.get(), ErrorKind::cancelled);
}

TEST_P(Sinks, ReportAReaderThatIsGone) {
    Pair ends = GetParam()();
    ends.read.reset();
    auto const old = std::signal(SIGPIPE, SIG_IGN);
    InterruptibleSink sink{ends.write.get(), "the pipe", {}};
    EXPECT_EQ(kind_of([&] { sink.append(as_bytes("x")); }), ErrorKind::failed);
    std::signal(SIGPIPE, old);
}

INSTANTIATE_TEST_SUITE_P(InterruptibleSink, Sinks, testing::Values(&make_pipe, &make_sockets));

class DeviceTest : public testing::Test {
protected:
    DeviceTest() { EXPECT_EQ(::mkfifo(fifo_.c_str(), 0600), 0); }

    TemporaryFolder folder_;
    std::string fifo_ = folder_.file("fifo");
    std::stop_source stop_;
};

TEST_F(DeviceTest, OpeningAPipeThatNobodyReadsStops) {
    auto opening = std::async(std::launch::async, [&] {
        return kind_of([&] { (void)open_device(fifo_, stop_.get_token()); });
    });
    stop_.request_stop();
    EXPECT_EQ(opening.wait_for(60s), std::future_status::ready);
    FileDescriptor const reader{::open(fifo_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    EXPECT_EQ(opening.get(), ErrorKind::cancelled);
}

TEST_F(DeviceTest, APipeIsOpenedOnceItHasAReader) {
    auto opening =
        std::async(std::launch::async, [&] { return open_device(fifo_, stop_.get_token()); });
    FileDescriptor const reader{::open(fifo_.c_str(), O_RDONLY | O_CLOEXEC)};
    FileDescriptor device = opening.get();
    auto const text = sample();
    auto writer = std::async(std::launch::async, [&] {
        InterruptibleSink{device.get(), fifo_, stop_.get_token()}.append(as_bytes(text));
        device.reset();
    });
    EXPECT_TRUE(read_all(reader.get()) == text);
    writer.get();
}

TEST_F(DeviceTest, ADeviceNeedsNoReader) {
    FileDescriptor const null = open_device("/dev/null", {});
    InterruptibleSink{null.get(), "/dev/null", {}}.append(as_bytes(sample()));
    EXPECT_EQ(kind_of([&] { (void)open_device(folder_.file("none"), {}); }), ErrorKind::not_found);
}

TEST_F(DeviceTest, AnOutputRefusesANameThatIsTakenAtOnce) {
    std::filesystem::create_symlink(folder_.file("none"), folder_.file("link"));
    std::filesystem::create_symlink(fifo_, folder_.file("link to pipe"));
    auto const make = [&](std::string const &path) {
        Output const output{ToFile{path}, "shop", ArchiveKind::backup};
    };
    EXPECT_EQ(kind_of([&] { make(folder_.file("link")); }), ErrorKind::exists);
    EXPECT_EQ(kind_of([&] { make(folder_.path()); }), ErrorKind::exists);
    EXPECT_NO_THROW(make(folder_.file("link to pipe")));
    EXPECT_NO_THROW(make(folder_.file("free")));
}

} // namespace
} // namespace pgkeep
