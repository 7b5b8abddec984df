#include "base/folder.hpp"

#include "base/error.hpp"

#include <boost/filesystem.hpp>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pgkeep {

namespace {

constexpr int kMostLinks = 40; // as many as the kernel follows

// Of what it leads to, a slash at its end would be a name too many.
std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

// Where the link leads that `link` was opened as; not where one of its name leads by now.
std::string target_of(FileDescriptor const &link, std::string const &path) {
    std::array<char, PATH_MAX> text{};
    ssize_t const size = ::readlinkat(link.get(), "", text.data(), text.size());
    if (size < 0) {
        throw system_error(errno, "cannot read the symbolic link " + path);
    }
    std::string const target{text.data(), static_cast<std::size_t>(size)};
    return target.starts_with('/') ? target : folder_of(path) + "/" + target;
}

bool is_empty(FileDescriptor const &folder) {
    namespace fs = boost::filesystem;
    boost::system::error_code error;
    return fs::is_empty("/proc/self/fd/" + std::to_string(folder.get()), error) && !error;
}

} // namespace

void make_private_folder(std::string const &path) {
    namespace fs = boost::filesystem;
    fs::path const parent = fs::path{path}.parent_path();
    if (!parent.empty() && !fs::exists(parent)) {
        make_private_folder(parent.string());
    }
    if (::mkdir(path.c_str(), 0700) == 0) {
        return;
    }
    int const error = errno;
    struct stat status {};
    if (error == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
        return;
    }
    throw system_error(error == EEXIST ? ENOTDIR : error, "cannot create folder " + path);
}

void make_private_folder_in(std::string const &parent, std::string const &path) {
    struct stat status {};
    bool const is_new = ::lstat(path.c_str(), &status) != 0;
    make_private_folder(path);
    if (!is_new || ::geteuid() != 0) {
        return;
    }
    FileDescriptor const in{::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    FileDescriptor const made{
        ::openat(in.get(), name_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    // The owner of the parent may have put another one in its place: given away is an empty one.
    if (made.valid() && ::fstat(made.get(), &status) == 0 && status.st_uid == 0 &&
        (status.st_mode & 0777) == 0700 && is_empty(made)) {
        give_to_owner_of(in, made);
    }
}

void give_to_owner_of(FileDescriptor const &folder, FileDescriptor const &made) noexcept {
    struct stat status {};
    if (::geteuid() == 0 && ::fstat(folder.get(), &status) == 0 && status.st_uid != 0) {
        static_cast<void>(!::fchown(made.get(), status.st_uid, status.st_gid));
    }
}

FileDescriptor open_or_create(FileDescriptor const &folder, std::string const &name, int flags) {
    int const existing = flags & ~(O_CREAT | O_EXCL);
    auto const open = [&](int how) {
        return FileDescriptor{
            uninterrupted([&] { return ::openat(folder.get(), name.c_str(), how, 0600); })};
    };
    constexpr int kTries = 8; // should others make and remove it all the time
    FileDescriptor fd;
    for (int i = 0; i < kTries; ++i) {
        fd = open(existing);
        if (fd.valid() || errno != ENOENT) {
            break;
        }
        fd = open(existing | O_CREAT | O_EXCL); // whose it is must be certain
        if (fd.valid()) {
            give_to_owner_of(folder, fd);
        }
        if (fd.valid() || errno != EEXIST) {
            break;
        }
    }
    return fd;
}

FileDescriptor open_folder(std::string const &path) {
    constexpr int kFlags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    std::string place = without_slashes(path);
    for (int links = 0; links <= kMostLinks; ++links) {
        FileDescriptor fd{uninterrupted([&] { return ::open(place.c_str(), kFlags); })};
        struct stat status {};
        if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
            throw system_error(errno, "cannot open folder " + path);
        }
        if (S_ISDIR(status.st_mode)) {
            return fd;
        }
        if (!S_ISLNK(status.st_mode)) {
            throw system_error(ENOTDIR, "cannot open folder " + path);
        }
        if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
            throw Error{ErrorKind::failed, place + " is a symbolic link of another user",
                        "Look where it leads, and remove it if it is not wanted."};
        }
        place = without_slashes(target_of(fd, place));
    }
    throw system_error(ELOOP, "cannot open folder " + path);
}

std::string folder_of(std::string const &path) {
    std::size_t const slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
}

std::string name_of(std::string const &path) {
    return path.substr(path.rfind('/') + 1);
}

} // namespace pgkeep
