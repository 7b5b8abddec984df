#include "base/folder.hpp"
#include "base/log.hpp"
#include "proc/child.hpp"
#include "scratch/folder.hpp"
#include "scratch/removal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>
#include <utility>

namespace pgkeep {
namespace {

constexpr int kShutdownMilliseconds = 10'000;
constexpr std::size_t kMostOfPidFile = 4096;

// A folder that its user may change while we look; everything in it is reached through `fd`.
struct DeadFolder {
    std::string path;
    FileDescriptor fd;
    uid_t owner = 0;
};

// A real folder, private, and of this user's scratch servers; never a symbolic link that someone
// planted.
std::optional<DeadFolder> ours(FileDescriptor const &parent, std::string const &path,
                               ScratchAccount const &account) {
    std::string const name = name_of(path);
    if (!name.starts_with("pgkeep-scratch-")) {
        return std::nullopt;
    }
    FileDescriptor fd = open_real_folder(parent.get(), name);
    struct stat status {};
    uid_t const user = account.uid != 0 ? account.uid : ::geteuid();
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0 || (status.st_mode & 077) != 0 ||
        (status.st_uid != user && status.st_uid != ::geteuid())) {
        return std::nullopt;
    }
    return DeadFolder{path, std::move(fd), status.st_uid};
}

// Without O_NONBLOCK a FIFO would hold us for ever.
FileDescriptor open_regular(FileDescriptor const &folder, char const *name, int flags) {
    FileDescriptor fd{uninterrupted(
        [&] { return ::openat(folder.get(), name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); })};
    struct stat status {};
    if (fd.valid() && (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))) {
        fd.reset();
    }
    return fd;
}

// The lock of a dead run, now held by us; invalid when its owner lives or there is none.
FileDescriptor take_lock(FileDescriptor const &folder) {
    FileDescriptor lock = open_regular(folder, "lock", O_RDWR);
    if (lock.valid() && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        lock.reset();
    }
    return lock;
}

std::optional<pid_t> recorded_postmaster(FileDescriptor const &data) {
    FileDescriptor const file = open_regular(data, "postmaster.pid", O_RDONLY);
    std::array<char, kMostOfPidFile> text{};
    ssize_t const size = file.valid() ? ::read(file.get(), text.data(), text.size()) : -1;
    pid_t pid = 0;
    std::from_chars(text.data(), text.data() + std::max<ssize_t>(size, 0), pid);
    return pid > 1 ? std::optional{pid} : std::nullopt;
}

// A postmaster works in its data folder and belongs to the user who owns it. The number alone says
// nothing: it may have been given to another process since, and that user can write any into the
// file.
bool is_server_of(uid_t owner, FileDescriptor const &data, pid_t pid) {
    FileDescriptor const process = open_real_folder(AT_FDCWD, "/proc/" + std::to_string(pid));
    struct stat of_process {};
    struct stat of_data {};
    struct stat cwd {};
    return process.valid() && ::fstat(process.get(), &of_process) == 0 &&
           of_process.st_uid == owner && ::fstat(data.get(), &of_data) == 0 &&
           ::fstatat(process.get(), "cwd", &cwd, 0) == 0 && cwd.st_dev == of_data.st_dev &&
           cwd.st_ino == of_data.st_ino;
}

// By its descriptor only: kill() would hit whoever has the number by then.
bool send(FileDescriptor const &process, int number) {
    return process.valid() &&
           ::syscall(SYS_pidfd_send_signal, process.get(), number, nullptr, 0) == 0;
}

// True once no server runs in the folder.
bool end_server(DeadFolder const &folder) {
    FileDescriptor const data = open_real_folder(folder.fd.get(), "data");
    auto const pid = data.valid() ? recorded_postmaster(data) : std::nullopt;
    if (!pid) {
        return true;
    }
    FileDescriptor const process =
        open_pid(*pid); // before the look at it, so that it stays the same process
    for (int const number : {SIGQUIT, SIGKILL}) {
        if (!is_server_of(folder.owner, data, *pid)) {
            return true;
        }
        if (!send(process, number)) {
            break;
        }
        pollfd ended{process.get(), POLLIN, 0};
        ::poll(&ended, 1, kShutdownMilliseconds);
    }
    return !is_server_of(folder.owner, data, *pid);
}

bool sweep_one(DeadFolder const &folder) {
    FileDescriptor const lock = take_lock(folder.fd);
    return lock.valid() && end_server(folder) && !remove_tree(folder.fd, folder.path);
}

} // namespace

std::vector<std::string> sweep_scratch_folders(std::string const &parent,
                                               ScratchAccount const &account) {
    std::vector<std::string> swept;
    // Links are followed: the operator named it.
    FileDescriptor const top{::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    std::error_code error;
    for (auto const &entry : std::filesystem::directory_iterator(parent, error)) {
        std::string const path = entry.path().string();
        auto const folder = ours(top, path, account);
        if (folder && sweep_one(*folder)) {
            log(LogLevel::info, "removed {}, left behind by a run that died", path);
            swept.push_back(path);
        }
    }
    return swept;
}

} // namespace pgkeep
