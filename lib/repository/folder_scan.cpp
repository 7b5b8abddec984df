#include "repository/folder_scan.hpp"

#include "archive/reader.hpp"
#include "base/error.hpp"
#include "base/folder.hpp"
#include "repository/evidence.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <memory>
#include <utility>

namespace pgkeep {

namespace {

struct FolderCloser {
    void operator()(DIR *folder) const noexcept { ::closedir(folder); }
};

// FileSource opens by path, and so follows links.
class DescriptorSource : public ByteSource {
public:
    DescriptorSource(FileDescriptor fd, std::uint64_t size, std::string const &name)
        : fd_(std::move(fd)), size_(size), name_(name) {}
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] std::string const &name() const override { return name_; }

    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
        while (!into.empty()) {
            ssize_t const got =
                ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
            if (got < 0 && errno != EINTR) {
                throw system_error(errno, "cannot read " + name_);
            }
            if (got == 0) {
                throw Error{ErrorKind::damaged, name_ + " ends early"};
            }
            if (got > 0) {
                into = into.subspan(static_cast<std::size_t>(got));
                offset += static_cast<std::uint64_t>(got);
            }
        }
    }

private:
    FileDescriptor fd_;
    std::uint64_t size_;
    std::string const &name_;
};

std::string why_no_archive(SourceType type) {
    switch (type) {
    case SourceType::broken:
        return "incomplete: it begins as an archive of pgkeep, but its end is missing";
    case SourceType::empty:
        return "empty";
    default:
        return "not written by pgkeep";
    }
}

void read_footer_into(ByteSource const &source, ArchiveFile &file) {
    try {
        file.footer = read_footer(source);
        if (!file.footer) {
            SourceType const type = detect_source(source);
            file.broken = type == SourceType::broken;
            file.problem = why_no_archive(type);
        }
    } catch (Error const &error) {
        file.broken = error.kind() == ErrorKind::damaged;
        file.unknown = !file.broken;
        file.problem = error.what();
    }
}

// Nothing of ours is left in it, but evidence beside it says that it was ours: overwritten,
// emptied, or written anew by somebody.
void doubt_what_has_evidence(FileDescriptor const &folder, std::string const &name,
                             ArchiveFile &file) {
    if (!file.footer && !file.broken && !file.unknown &&
        is_regular_file(folder, evidence_path(name))) {
        file.unknown = true;
        file.problem = "evidence beside it says that pgkeep wrote it, but it is " + file.problem;
    }
}

// For messages; descriptors do not know their names.
std::string path_of(FileDescriptor const &folder) {
    std::array<char, PATH_MAX> path{};
    std::string const link = "/proc/self/fd/" + std::to_string(folder.get());
    ssize_t const size = ::readlink(link.c_str(), path.data(), path.size());
    return size > 0 ? std::string{path.data(), static_cast<std::size_t>(size)} : "the repository";
}

Error cannot_list(int error, FileDescriptor const &folder) {
    return system_error(error, "cannot list folder " + path_of(folder));
}

std::string how_to_read(std::string const &path) {
    struct stat status {};
    bool const known = ::stat(path.c_str(), &status) == 0;
    if (known && status.st_uid == ::geteuid()) {
        return "Give its owner, this user, the right to read it (chmod u+rwx).";
    }
    passwd const *const user = known ? ::getpwuid(status.st_uid) : nullptr;
    return std::string{"Run as "} + (user == nullptr ? "its owner" : user->pw_name) +
           ", or give the folder and what is in it to this user (chown -R).";
}

Error cannot_open(int error, std::string const &path) {
    Error const plain = system_error(error, "cannot open folder " + path);
    return plain.kind() == ErrorKind::privilege
               ? Error{plain.kind(), plain.what(), how_to_read(path)}
               : plain;
}

// `fd` as openat() returned it. A folder whose names can be listed but not looked up would seem to
// have no file that is one.
std::optional<FileDescriptor> opened_folder(int fd, std::function<std::string()> const &name) {
    FileDescriptor folder{fd};
    struct stat status {};
    if (folder.valid() && ::fstatat(fd, ".", &status, 0) == 0) {
        return folder;
    }
    int const error = errno;
    if (!folder.valid() && (error == ENOENT || error == ENOTDIR || error == ELOOP)) {
        return std::nullopt;
    }
    throw cannot_open(error, name());
}

// Nothing when it cannot be read to its end: of half a file one would believe what its other half
// takes back.
SmallFile read_wholly(FileDescriptor const &fd, std::size_t size) {
    SmallFile file{std::string(size, '\0')};
    for (std::size_t at = 0; at < size;) {
        ssize_t const got =
            ::pread(fd.get(), file.content.data() + at, size - at, static_cast<off_t>(at));
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return {{}, got == 0 ? EIO : errno};
        }
        at += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return file;
}

} // namespace

std::optional<FileDescriptor> open_top_folder(std::string const &path) {
    return opened_folder(
        uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }),
        [&] { return path; });
}

std::optional<FileDescriptor> open_sub_folder(FileDescriptor const &parent,
                                              std::string const &name) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    return opened_folder(
        uninterrupted([&] { return ::openat(parent.get(), name.c_str(), kFlags); }),
        [&] { return path_of(parent) + "/" + name; });
}

void for_each_name(FileDescriptor const &folder,
                   std::function<void(std::string const &name)> const &entry) {
    // A description of its own: reading through a duplicate would move the position of the
    // caller's.
    FileDescriptor fd{uninterrupted(
        [&] { return ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    std::unique_ptr<DIR, FolderCloser> const stream{fd.valid() ? ::fdopendir(fd.get()) : nullptr};
    if (!stream) {
        throw cannot_list(errno, folder);
    }
    fd.release();
    errno = 0;
    while (dirent const *const found = ::readdir(stream.get())) {
        std::string const name = found->d_name;
        if (name != "." && name != "..") {
            entry(name);
        }
        errno = 0;
    }
    if (errno != 0) {
        throw cannot_list(errno, folder);
    }
}

bool is_regular_file(FileDescriptor const &folder, std::string const &name) {
    struct stat status {};
    return ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode);
}

FileDescriptor open_regular_in(FileDescriptor const &folder, std::string const &name, int flags) {
    int const all = flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    FileDescriptor fd = (flags & O_CREAT) != 0
                            ? open_or_create(folder, name, all)
                            : FileDescriptor{uninterrupted(
                                  [&] { return ::openat(folder.get(), name.c_str(), all); })};
    struct stat status {};
    if (fd.valid() && (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))) {
        fd.reset();
        errno = EINVAL;
    }
    // What is written must not be a second name of a file that lies elsewhere.
    if (fd.valid() && (flags & O_ACCMODE) != O_RDONLY && status.st_nlink > 1) {
        fd.reset();
        errno = EMLINK;
    }
    return fd;
}

SmallFile read_small_in(FileDescriptor const &folder, std::string const &name, std::size_t limit) {
    FileDescriptor const fd = open_regular_in(folder, name, O_RDONLY);
    if (!fd.valid()) {
        return {{}, errno == ENOENT ? 0 : errno};
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) {
        return {{}, errno};
    }
    if (static_cast<std::uint64_t>(status.st_size) > limit) {
        return {{}, EFBIG};
    }
    return read_wholly(fd, static_cast<std::size_t>(status.st_size));
}

bool examine(FileDescriptor const &folder, std::string const &name, ArchiveFile &file) {
    struct stat status {};
    if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode)) {
        return false;
    }
    file.size = static_cast<std::uint64_t>(status.st_size);
    constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    FileDescriptor fd{uninterrupted([&] { return ::openat(folder.get(), name.c_str(), kFlags); })};
    if (!fd.valid()) {
        int const error = errno;
        file.unknown = true;
        file.problem = "cannot be opened: " + error_text(error);
        return error != ENOENT && error != ELOOP;
    }
    // Looked at again, since the name may have been given to another file in between.
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return false;
    }
    file.identity = identity_of(status);
    file.changed = Time{std::chrono::seconds{status.st_ctim.tv_sec}};
    file.size = file.identity.size;
    read_footer_into(DescriptorSource{std::move(fd), file.size, file.path}, file);
    doubt_what_has_evidence(folder, name, file);
    return true;
}

} // namespace pgkeep
