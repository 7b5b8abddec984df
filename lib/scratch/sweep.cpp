#include "base/error.hpp"
#include "base/log.hpp"
#include "proc/child.hpp"
#include "scratch/folder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;

constexpr int kShutdownMilliseconds = 10'000;

// A real folder, private, and of this user's scratch servers; never a symbolic link that someone
// planted.
bool is_ours(fs::path const &folder, ScratchAccount const &account) {
    struct stat status {};
    uid_t const owner = account.uid != 0 ? account.uid : ::geteuid();
    return folder.filename().string().starts_with("pgkeep-scratch-") &&
           ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
           (status.st_uid == owner || status.st_uid == ::geteuid()) && (status.st_mode & 077) == 0;
}

// The lock of a dead run, now held by us; invalid when its owner lives or there is none.
FileDescriptor take_lock(fs::path const &folder) {
    FileDescriptor lock{::open((folder / "lock").c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC)};
    if (lock.valid() && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        lock.reset();
    }
    return lock;
}

std::optional<pid_t> recorded_postmaster(fs::path const &data) {
    try {
        std::string const text = read_small_file((data / "postmaster.pid").string());
        pid_t pid = 0;
        std::from_chars(text.data(), text.data() + text.size(), pid);
        return pid > 1 ? std::optional{pid} : std::nullopt;
    } catch (Error const &) {
        return std::nullopt;
    }
}

// A postmaster works in its data folder, so a number that was given to another process since is
// recognised.
bool works_in(pid_t pid, fs::path const &data) {
    std::error_code error;
    fs::path const cwd = fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", error);
    return !error && cwd == fs::canonical(data, error);
}

void send(FileDescriptor const &pid_fd, pid_t pid, int number) {
    if (!pid_fd.valid() ||
        ::syscall(SYS_pidfd_send_signal, pid_fd.get(), number, nullptr, 0) != 0) {
        ::kill(pid, number);
    }
}

// True once no server runs in `data`.
bool end_server(fs::path const &data) {
    auto const pid = recorded_postmaster(data);
    if (!pid) {
        return true;
    }
    FileDescriptor const process =
        open_pid(*pid); // before the look at it, so that it stays the same process
    for (int const number : {SIGQUIT, SIGKILL}) {
        if (!works_in(*pid, data)) {
            return true;
        }
        send(process, *pid, number);
        pollfd ended{process.get(), POLLIN, 0};
        ::poll(&ended, 1, kShutdownMilliseconds);
    }
    return !works_in(*pid, data);
}

bool sweep_one(fs::path const &folder) {
    FileDescriptor const lock = take_lock(folder);
    if (!lock.valid() || !end_server(folder / "data")) {
        return false;
    }
    std::error_code error;
    fs::remove_all(folder, error);
    return !error;
}

} // namespace

std::vector<std::string> sweep_scratch_folders(std::string const &parent,
                                               ScratchAccount const &account) {
    std::vector<std::string> swept;
    std::error_code error;
    for (auto const &entry : fs::directory_iterator(parent, error)) {
        if (is_ours(entry.path(), account) && sweep_one(entry.path())) {
            log(LogLevel::info, "removed {}, left behind by a run that died",
                entry.path().string());
            swept.push_back(entry.path().string());
        }
    }
    return swept;
}

} // namespace pgkeep
