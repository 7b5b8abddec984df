#include "scratch/folder.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/removal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "pgkeep-scratch-";
constexpr std::size_t kRandomSize = 6;
constexpr std::size_t kSocketNameSize = sizeof "/.s.PGSQL.5432" - 1;
constexpr std::size_t kSocketPathLimit = 107; // sun_path without its final zero

bool short_enough(std::string const &parent) {
    return parent.size() + 1 + kPrefix.size() + kRandomSize + kSocketNameSize < kSocketPathLimit;
}

std::string make_unique_folder(std::string const &parent) {
    std::string path = fmt::format("{}/{}{}", parent, kPrefix, std::string(kRandomSize, 'X'));
    if (::mkdtemp(path.data()) == nullptr) {
        throw system_error(errno, "cannot create a folder for a scratch server in " + parent);
    }
    return path;
}

// Where others may rename it, it may be another folder by now, or a link.
FileDescriptor open_own_folder(std::string const &path) {
    FileDescriptor fd = open_real_folder(AT_FDCWD, path);
    struct stat status {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
        throw system_error(errno, "cannot open folder " + path);
    }
    if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) {
        throw Error{ErrorKind::failed, path + " was exchanged for another folder",
                    "Choose a folder with TMPDIR in which only root may rename what root made."};
    }
    return fd;
}

void remove_folder(FileDescriptor const &folder, std::string const &path) noexcept {
    if (std::error_code const error = remove_tree(folder, path)) {
        log(LogLevel::warning, "cannot remove {}: {}", path, error.message());
    }
}

void require_usable(std::string const &parent, ScratchAccount const &account) {
    if (!short_enough(parent)) {
        throw Error{ErrorKind::configuration,
                    "the folder " + parent +
                        " has too long a path for the socket of a scratch server",
                    "Choose another folder with TMPDIR, such as /tmp."};
    }
    std::error_code error;
    if (!fs::is_directory(parent, error)) {
        throw Error{ErrorKind::configuration, parent + " is not a folder",
                    "Choose another folder with TMPDIR, such as /tmp."};
    }
    if (!can_reach(account, parent)) {
        throw Error{ErrorKind::configuration,
                    fmt::format("{}, who runs the scratch server, cannot reach the folder {}",
                                account.name, parent),
                    "Choose another folder with TMPDIR, such as /tmp."};
    }
}

} // namespace

ScratchFolder::ScratchFolder(std::string const &parent, ScratchAccount const &account) {
    require_usable(parent, account);
    path_ = make_unique_folder(parent);
    folder_ = open_own_folder(path_);
    try {
        prepare(account);
    } catch (...) {
        remove_folder(folder_, path_);
        throw;
    }
}

void ScratchFolder::prepare(ScratchAccount const &account) {
    // Locked before it has the name that a sweep looks for.
    lock_ = create_file("lock.new");
    int const in = folder_.get();
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 ||
        ::renameat(in, "lock.new", in, "lock") != 0) {
        throw system_error(errno, "cannot lock " + path_);
    }
    log_ = create_file("server.log");
    if (account.uid != 0 && ::fchown(in, account.uid, account.gid) != 0) {
        throw system_error(errno, fmt::format("cannot give {} to {}", path_, account.name));
    }
}

ScratchFolder::~ScratchFolder() {
    if (!path_.empty()) {
        remove_folder(folder_, path_);
    }
}

FileDescriptor ScratchFolder::create_file(std::string const &name) const {
    constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    FileDescriptor fd{::openat(folder_.get(), name.c_str(), kFlags, 0600)};
    if (!fd.valid()) {
        throw system_error(errno, fmt::format("cannot create {}/{}", path_, name));
    }
    return fd;
}

std::string ScratchFolder::keep() {
    fs::path const old = path_;
    fs::path const kept =
        old.parent_path() / ("pgkeep-kept-" + old.filename().string().substr(kPrefix.size()));
    fs::rename(old, kept);
    path_.clear();
    return kept.string();
}

std::string ScratchFolder::log_text() const {
    std::string text;
    std::array<char, 16384> buffer{};
    ssize_t got = 0;
    while ((got = ::pread(log_.get(), buffer.data(), buffer.size(),
                          static_cast<off_t>(text.size()))) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

std::string default_scratch_parent(ScratchAccount const &account) {
    char const *chosen = std::getenv("TMPDIR");
    std::string folder = chosen != nullptr ? chosen : "";
    if (!folder.empty() && short_enough(folder) && can_reach(account, folder)) {
        return folder;
    }
    return "/tmp";
}

} // namespace pgkeep
