#include "repository/lock.hpp"

#include "base/error.hpp"
#include "base/folder.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <thread>

namespace pgkeep {

namespace {

constexpr char const *kLockName = ".lock";

FileDescriptor open_lock_file(std::string const &folder) {
    constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    std::string const path = folder + "/" + kLockName;
    FileDescriptor const in = open_folder(folder);
    FileDescriptor fd = open_or_create(in, kLockName, kFlags);
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
    // It is written over: not to be a second name of somebody's file.
    if (status.st_nlink > 1) {
        throw Error{ErrorKind::failed, "lock file " + path + " has another name elsewhere",
                    "Look who made that hard link, and remove the lock file."};
    }
    return fd;
}

std::string host_name() {
    std::array<char, 256> name{};
    static_cast<void>(::gethostname(name.data(), name.size() - 1));
    return name.data();
}

// The first line `name=…` of the content; the file may be written just now.
std::string field(std::string const &content, std::string const &name) {
    std::string const text = "\n" + content;
    std::size_t const found = text.find("\n" + name + "=");
    if (found == std::string::npos) {
        return {};
    }
    std::size_t const begin = found + name.size() + 2;
    return printable(text.substr(begin, text.find('\n', begin) - begin));
}

// Of a process of this machine that has ended: its successor has not yet written its own.
bool is_of_a_dead_run(std::string const &content) {
    std::string const text = field(content, "pid");
    pid_t pid = 0;
    std::from_chars(text.data(), text.data() + text.size(), pid);
    return pid <= 0 ||
           (field(content, "host") == host_name() && ::kill(pid, 0) != 0 && errno == ESRCH);
}

std::string read_content(int fd) {
    std::array<char, 4096> content{};
    ssize_t const size = ::pread(fd, content.data(), content.size(), 0);
    return {content.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

std::string since_text(std::string const &since) {
    auto const time = parse_iso(since);
    if (!time) {
        return {};
    }
    auto const age = utc_now() - *time;
    return ", since " + format_utc(*time) + " UTC" +
           (age.count() < 0 ? "" : " (" + format_duration(age) + ")");
}

std::string describe_holder(int fd) {
    std::string const content = read_content(fd);
    if (is_of_a_dead_run(content)) {
        return "another run";
    }
    std::string const phase = field(content, "phase");
    return fmt::format("another run: {} ({}), pid {} on {}{}{}", field(content, "program"),
                       field(content, "purpose"), field(content, "pid"), field(content, "host"),
                       since_text(field(content, "since")), phase.empty() ? "" : ", at " + phase);
}

// The holder took the lock a moment ago and has not written yet, if its text is not there.
std::string holder(int fd) {
    constexpr int kTries = 10;
    for (int i = 0; i < kTries && is_of_a_dead_run(read_content(fd)); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return describe_holder(fd);
}

void take(int fd, std::string const &folder) {
    if (uninterrupted([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) == 0) {
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
    : fd_(open_lock_file(folder)), purpose_(printable(purpose)), since_(utc_now()) {
    take(fd_.get(), folder);
    say_phase("start");
}

RunLock::~RunLock() {
    if (fd_.valid()) {
        static_cast<void>(!::ftruncate(fd_.get(), 0));
    }
}

// Written over and then cut, so that there is no moment at which the file is empty.
void RunLock::say_phase(std::string_view phase) const noexcept {
    try {
        std::string const content = fmt::format(
            "pid={}\nhost={}\nprogram={}\nsince={}\nphase={}\npurpose={}\n", ::getpid(),
            host_name(), program_invocation_short_name, format_iso(since_), phase, purpose_);
        ssize_t const written = ::pwrite(fd_.get(), content.data(), content.size(), 0);
        if (written > 0) {
            static_cast<void>(!::ftruncate(fd_.get(), written));
        }
    } catch (...) { // out of memory: the lock itself holds
    }
}

} // namespace pgkeep
