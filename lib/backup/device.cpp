#include "backup/device.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace pgkeep {

namespace {

constexpr std::size_t kLargePiece = 1 << 20;
constexpr int kReaderInterval = 50; // milliseconds; nothing tells that a reader came

mode_t type_of(int fd, std::string const &name) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        throw system_error(errno, "cannot examine " + name);
    }
    return status.st_mode & S_IFMT;
}

// A pipe that poll() calls writable takes PIPE_BUF without blocking, and a terminal or socket about
// as much; files and other devices do not wait for a reader. Making a descriptor that others share
// non-blocking would surprise them.
std::size_t safe_piece(int fd, std::string const &name) {
    if ((static_cast<unsigned>(::fcntl(fd, F_GETFL)) & O_NONBLOCK) != 0U) {
        return kLargePiece;
    }
    mode_t const type = type_of(fd, name);
    bool const may_wait = type == S_IFIFO || type == S_IFSOCK || ::isatty(fd) == 1;
    return may_wait ? PIPE_BUF : kLargePiece;
}

} // namespace

InterruptibleWait::InterruptibleWait(std::stop_token token)
    : token_(std::move(token)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      callback_(token_, [this] { ::eventfd_write(wake_.get(), 1); }) {
    if (!wake_.valid()) {
        throw system_error(errno, "cannot make a descriptor for waking");
    }
}

void InterruptibleWait::until_writable(int fd) const {
    wait(fd, -1);
}

void InterruptibleWait::pause(int milliseconds) const {
    wait(-1, milliseconds);
}

void InterruptibleWait::wait(int fd, int milliseconds) const {
    std::array<pollfd, 2> wanted{{{wake_.get(), POLLIN, 0}, {fd, POLLOUT, 0}}};
    int ready = 0;
    do {
        ready = ::poll(wanted.data(), wanted.size(), milliseconds);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        throw system_error(errno, "cannot wait");
    }
    throw_if_cancelled(token_);
}

FileDescriptor open_device(std::string const &path, std::stop_token const &token) {
    struct stat status {};
    bool const pipe = ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
    int const flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | (pipe ? O_NONBLOCK : 0);
    InterruptibleWait const wait{token};
    for (;;) {
        FileDescriptor device{::open(path.c_str(), flags)};
        if (device.valid()) {
            return device;
        }
        bool const no_reader = pipe && errno == ENXIO;
        if (!no_reader && errno != EINTR) {
            throw system_error(errno, "cannot open " + path);
        }
        wait.pause(kReaderInterval);
    }
}

InterruptibleSink::InterruptibleSink(int fd, std::string name, std::stop_token token)
    : fd_(fd), name_(std::move(name)), wait_(std::move(token)), piece_(safe_piece(fd, name_)) {
}

void InterruptibleSink::append(ByteView bytes) {
    while (!bytes.empty()) {
        wait_.until_writable(fd_);
        ssize_t const written = ::write(fd_, bytes.data(), std::min(bytes.size(), piece_));
        if (written >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        } else if (errno != EINTR && errno != EAGAIN) {
            throw system_error(errno, "cannot write " + name_);
        }
    }
}

} // namespace pgkeep
