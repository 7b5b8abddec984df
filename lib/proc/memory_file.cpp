#include "base/error.hpp"
#include "base/file.hpp"
#include "proc/child.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace pgkeep {

MemoryFile::MemoryFile(std::string const &label) : fd_(::memfd_create(label.c_str(), MFD_CLOEXEC)) {
    if (fd_ < 0) {
        throw system_error(errno, "cannot create a file in memory for " + label);
    }
}

MemoryFile::~MemoryFile() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

MemoryFile::MemoryFile(MemoryFile &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {
}

MemoryFile &MemoryFile::operator=(MemoryFile &&other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

std::string MemoryFile::path() const {
    return "/proc/self/fd/" + std::to_string(fd_);
}

std::string MemoryFile::content() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) {
        throw system_error(errno, "cannot examine a file in memory");
    }
    std::string result(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < result.size()) {
        ssize_t const got =
            ::pread(fd_, result.data() + done, result.size() - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            throw system_error(errno, "cannot read a file in memory");
        }
        done += static_cast<std::size_t>(got);
    }
    return result;
}

void MemoryFile::assign(std::string_view content) {
    if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) < 0) {
        throw system_error(errno, "cannot write a file in memory");
    }
    write_all(fd_, as_bytes(content), "a file in memory");
    ::lseek(fd_, 0, SEEK_SET);
}

} // namespace pgkeep
