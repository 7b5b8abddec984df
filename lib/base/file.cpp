#include "base/file.hpp"

#include "base/error.hpp"
#include "base/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <random>

namespace pgkeep {

namespace {

constexpr std::string_view kTemporaryMark = ".tmp-";

// Of the final name in a temporary one: any name that a file system takes leaves room for the rest.
constexpr std::size_t kNamePart = 64;

// Not cut inside of a character of UTF-8.
std::string_view beginning_of(std::string_view name) {
    if (name.size() <= kNamePart) {
        return name;
    }
    std::size_t size = kNamePart;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80U) {
        --size;
    }
    return name.substr(0, size);
}

std::string temporary_name(std::string const &name) {
    std::random_device random;
    return fmt::format(".{}{}{}-{:08x}", beginning_of(name), kTemporaryMark, ::getpid(), random());
}

FileDescriptor open_to_sync(FileDescriptor const &folder, std::string const &name) {
    FileDescriptor fd{uninterrupted(
        [&] { return ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    if (!fd.valid()) {
        Error const error = system_error(errno, "cannot open folder " + name + " to sync it");
        throw Error{error.kind(), error.what(),
                    "A folder for archives must be readable, not only writable."};
    }
    return fd;
}

} // namespace

void FileDescriptor::reset(int fd) noexcept {
    if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = fd;
}

FileSource::FileSource(std::string path)
    : path_(std::move(path)),
      fd_(uninterrupted([&] { return ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); })) {
    if (!fd_.valid()) {
        throw system_error(errno, "cannot open " + path_);
    }
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) {
        throw system_error(errno, "cannot examine " + path_);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error{ErrorKind::not_found, path_ + " is not a regular file",
                    "Name a file; what a pipe or a device gives has to be saved to one first."};
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

void FileSource::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    while (!into.empty()) {
        ssize_t const got =
            ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error(errno, "cannot read " + path_);
        }
        if (got == 0) {
            throw Error{ErrorKind::damaged, fmt::format("{} ends early, at byte {}", path_, offset),
                        "It became shorter while it was read; look what else writes it."};
        }
        into = into.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

void FileSource::forget(std::uint64_t offset, std::uint64_t size) const noexcept {
    ::posix_fadvise(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(size),
                    POSIX_FADV_DONTNEED);
}

void write_all(int fd, ByteView bytes, std::string const &name) {
    while (!bytes.empty()) {
        ssize_t const written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            throw system_error(errno, "cannot write " + name);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void DescriptorSink::append(ByteView bytes) {
    write_all(fd_, bytes, name_);
}

PublishedFile::PublishedFile(std::string folder, std::string const &name_for_temporary)
    : folder_(std::move(folder)),
      temporary_name_(temporary_name(name_for_temporary)),
      temporary_(folder_ + "/" + temporary_name_),
      folder_fd_(open_folder(folder_)),
      fd_(uninterrupted([&] {
          return ::openat(folder_fd_.get(), temporary_name_.c_str(),
                          O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
      })) {
    if (!fd_.valid()) {
        throw system_error(errno, "cannot create a file in " + folder_);
    }
    // Tells who cleans up that somebody works on it; where there are no locks, nobody is told.
    static_cast<void>(uninterrupted([&] { return ::flock(fd_.get(), LOCK_EX | LOCK_NB); }));
}

PublishedFile::~PublishedFile() {
    if (!committed_) {
        ::unlinkat(folder_fd_.get(), temporary_name_.c_str(), 0);
    }
}

void PublishedFile::append(ByteView bytes) {
    write_all(fd_.get(), bytes, temporary_);
    size_ += bytes.size();
}

void PublishedFile::give_to_owner_of_folder() noexcept {
    give_to_owner_of(folder_fd_, fd_);
}

// By the descriptor: a link of another user may have taken the name's place.
void PublishedFile::open_to_readers() {
    if (::fchmod(fd_.get(), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) != 0) {
        throw system_error(errno, "cannot set the mode of " + temporary_);
    }
}

void PublishedFile::sync() {
    if (uninterrupted([&] { return ::fsync(fd_.get()); }) != 0) {
        throw system_error(errno, "cannot sync " + temporary_);
    }
}

void PublishedFile::commit(std::string const &final_name, Replace replace) {
    sync();
    // Before the name is there: a run that fails must not have published.
    FileDescriptor const folder = open_to_sync(folder_fd_, folder_);
    std::string const path = folder_ + "/" + final_name;
    unsigned const flags = replace == Replace::never ? RENAME_NOREPLACE : 0;
    char const *const from = temporary_name_.c_str();
    char const *const to = final_name.c_str();
    int const in = folder_fd_.get();
    if (::renameat2(in, from, in, to, flags) != 0) {
        if (errno != EINVAL || flags == 0) {
            throw system_error(errno, "cannot publish " + path);
        }
        // A file system without RENAME_NOREPLACE (NFS, some FUSE): a hard link refuses a taken name
        // too.
        if (::linkat(in, from, in, to, 0) != 0) {
            throw system_error(errno, "cannot publish " + path);
        }
        ::unlinkat(in, from, 0);
    }
    committed_ = true;
    if (uninterrupted([&] { return ::fsync(folder.get()); }) != 0) {
        int const error = errno;
        // Its name might be gone after a crash of the machine: then it is better not to have one.
        bool const withdrawn = replace == Replace::never && ::unlinkat(in, to, 0) == 0;
        throw system_error(
            error, "cannot sync folder " + folder_ + ", so that " + path +
                       (withdrawn ? " is not published" : " may be lost when this machine fails"));
    }
}

std::string read_small_file(std::string const &path, std::size_t limit) {
    FileSource const file{path};
    if (file.size() > limit) {
        throw Error{ErrorKind::failed, fmt::format("{} is larger than {} bytes", path, limit),
                    "No file of this purpose is that large: look what it is, and move it away or "
                    "name the right one."};
    }
    std::string content(file.size(), '\0');
    file.read_at(0, {reinterpret_cast<std::uint8_t *>(content.data()), content.size()});
    return content;
}

bool is_temporary_name(std::string const &name) {
    auto const mark = name.rfind(kTemporaryMark);
    if (!name.starts_with('.') || mark == std::string::npos) {
        return false;
    }
    auto const tail = std::string_view{name}.substr(mark + kTemporaryMark.size());
    auto const dash = tail.find_first_not_of("0123456789");
    constexpr std::size_t kRandomDigits = 8;
    return dash != 0 && dash != std::string_view::npos && tail[dash] == '-' &&
           tail.size() - dash - 1 == kRandomDigits &&
           tail.find_first_not_of("0123456789abcdef", dash + 1) == std::string_view::npos;
}

} // namespace pgkeep
