#include "repository/lock.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/sql_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pgkeep {

namespace {

constexpr char const *kLockName = ".lock";

FileDescriptor open_lock_file(std::string const &path) {
    FileDescriptor fd{
        ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600)};
    if (!fd.valid() && errno == ELOOP) {
        throw Error{ErrorKind::failed, path + " is a symbolic link",
                    "Look where it leads, and remove it if it is not wanted."};
    }
    if (!fd.valid()) {
        throw system_error(errno, "cannot open lock file " + path);
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        throw Error{ErrorKind::failed, "lock file " + path + " is not a regular file"};
    }
    return fd;
}

// What the holder wrote. It may be writing just now, so an empty text is no surprise.
std::string holder(int fd) {
    std::array<char, 512> content{};
    ssize_t const size = ::pread(fd, content.data(), content.size(), 0);
    std::string text{content.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    text.resize(text.find_last_not_of('\n') + 1);
    return text.empty() ? "another run" : "another run: " + printable(text);
}

void take(int fd, std::string const &folder) {
    int result = 0;
    do {
        result = ::flock(fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result == 0) {
        return;
    }
    if (errno == EWOULDBLOCK) {
        throw Error{ErrorKind::locked, fmt::format("{} is in use by {}", folder, holder(fd)),
                    "Wait until that run is done; the lock goes when its process ends."};
    }
    throw system_error(errno, "cannot lock " + folder);
}

} // namespace

RunLock::RunLock(std::string const &folder, std::string const &purpose)
    : fd_(open_lock_file(folder + "/" + kLockName)) {
    take(fd_.get(), folder);
    std::string const content =
        fmt::format("pid={} since={} purpose={}\n", ::getpid(), format_iso(utc_now()), purpose);
    if (::ftruncate(fd_.get(), 0) != 0) {
        throw system_error(errno, fmt::format("cannot write {}/{}", folder, kLockName));
    }
    write_all(fd_.get(), as_bytes(content), fmt::format("{}/{}", folder, kLockName));
}

} // namespace pgkeep
