// A file layer that fails on purpose: loaded into a program with LD_PRELOAD, it makes chosen calls
// on files below a folder fail or be short, and lets the clock jump.
//
//     PGKEEP_FAULTS_FOLDER   only paths below it count and fail
//     PGKEEP_FAULTS_LOG      a file of what happens: `CALL PATH` of each counted call, `fault PATH`
//                            when it fails or is short, `clock +SECONDS` when the clock jumps,
//                            and `loaded PROGRAM`
//     PGKEEP_FAULTS_PLAN     `write@7=ENOSPC`: the seventh write fails; `write@7+=ENOSPC`: and all
//                            behind it; `pread@3=short`: it moves one byte. Joined by commas.
//     PGKEEP_FAULTS_CLOCK    `5:+3600,9:-7200`: from the fifth look at the clock on it is an hour
//                            later, from the ninth on two hours earlier than the true time
//
// Acts in programs whose name begins with `pgkeep-` only: their children inherit the environment.
// Calls of the memory-mapped kind are not seen; pgkeep makes none.
//
// Thread-safety: calls are counted atomically; the settings are read when the library is loaded.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr std::array<std::string_view, 12> kNames{"write", "pwrite",    "read",   "pread",
                                                  "fsync", "fdatasync", "rename", "openat",
                                                  "link",  "ftruncate", "unlink", "flock"};

// In the order of kNames.
enum class Call : std::uint8_t {
    write,
    pwrite,
    read,
    pread,
    fsync,
    fdatasync,
    rename,
    openat,
    link,
    ftruncate,
    unlink,
    flock
};

constexpr int kShort = -1; // in place of an errno

struct Fault {
    std::string_view call;
    long number;
    bool lasting;
    int error;
};

struct Jump {
    long number;
    long seconds;
};

std::string_view setting(char const *name) {
    char const *const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        auto const end = text.find(',');
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

int error_named(std::string_view name) {
    for (auto const &[known, value] :
         std::initializer_list<std::pair<std::string_view, int>>{{"ENOSPC", ENOSPC},
                                                                 {"EIO", EIO},
                                                                 {"EINTR", EINTR},
                                                                 {"EDQUOT", EDQUOT},
                                                                 {"EMFILE", EMFILE},
                                                                 {"short", kShort}}) {
        if (known == name) {
            return value;
        }
    }
    std::abort(); // a test that plants nothing would pass
}

std::vector<Fault> read_plan() {
    std::vector<Fault> plan;
    for (std::string_view const part : split(setting("PGKEEP_FAULTS_PLAN"))) {
        auto const at = part.find('@');
        auto const equals = part.find('=');
        if (at == std::string_view::npos || equals == std::string_view::npos) {
            std::abort();
        }
        plan.push_back({part.substr(0, at), std::atol(part.data() + at + 1),
                        part[equals - 1] == '+', error_named(part.substr(equals + 1))});
    }
    return plan;
}

std::vector<Jump> read_jumps() {
    std::vector<Jump> jumps;
    for (std::string_view const part : split(setting("PGKEEP_FAULTS_CLOCK"))) {
        auto const colon = part.find(':');
        if (colon == std::string_view::npos) {
            std::abort();
        }
        jumps.push_back({std::atol(part.data()), std::atol(part.data() + colon + 1)});
    }
    return jumps;
}

struct Settings {
    bool acts = std::string_view{program_invocation_short_name}.starts_with("pgkeep-");
    std::string folder{setting("PGKEEP_FAULTS_FOLDER")};
    std::vector<Fault> plan = read_plan();
    std::vector<Jump> jumps = read_jumps();
    int log = -1;
};

Settings const &settings() {
    static Settings const loaded = [] {
        Settings all;
        std::string const path{setting("PGKEEP_FAULTS_LOG")};
        if (all.acts && !path.empty()) {
            all.log = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(),
                                                 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
        }
        return all;
    }();
    return loaded;
}

template <class Function>
Function *next(char const *name) {
    return reinterpret_cast<Function *>(::dlsym(RTLD_NEXT, name));
}

std::string path_of(int fd) {
    std::string const link = "/proc/self/fd/" + std::to_string(fd);
    std::array<char, PATH_MAX> target{};
    ssize_t const size = ::readlink(link.c_str(), target.data(), target.size());
    return size > 0 ? std::string{target.data(), static_cast<std::size_t>(size)} : std::string{};
}

std::string path_in(int folder, char const *name) {
    if (name == nullptr || *name == '/' || folder == AT_FDCWD) {
        return name == nullptr ? "" : name;
    }
    return path_of(folder) + "/" + name;
}

void note(std::string_view call, std::string const &path) {
    std::string const line = std::string{call} + " " + path + "\n";
    if (settings().log >= 0 && ::syscall(SYS_write, settings().log, line.data(), line.size()) < 0) {
        std::abort();
    }
}

// So that a run into which nothing was loaded can be told from one in which nothing happened.
[[gnu::constructor]] void note_loading() {
    note("loaded", program_invocation_short_name);
}

// What the plan says of this call; counts it.
std::optional<int> fault_of(Call call, std::string const &path) {
    static std::array<std::atomic<long>, kNames.size()> counts{};
    Settings const &all = settings();
    if (!all.acts || all.folder.empty() || !path.starts_with(all.folder)) {
        return std::nullopt;
    }
    std::string_view const name = kNames[static_cast<std::size_t>(call)];
    long const number = ++counts[static_cast<std::size_t>(call)];
    note(name, path);
    for (Fault const &fault : all.plan) {
        if (fault.call == name &&
            (fault.lasting ? number >= fault.number : number == fault.number)) {
            note("fault", path);
            return fault.error;
        }
    }
    return std::nullopt;
}

// -1 with errno set, when the call shall fail.
template <class Answer, class Real>
Answer answer(Call call, std::string const &path, Real const &real) {
    if (auto const fault = fault_of(call, path); fault && *fault != kShort) {
        errno = *fault;
        return -1;
    }
    return real();
}

template <class Real>
ssize_t moved(Call call, int fd, std::size_t size, Real const &real) {
    int const before = errno;
    auto const fault = fault_of(call, path_of(fd));
    errno = before;
    if (!fault) {
        return real(size);
    }
    if (*fault == kShort) {
        return real(size > 1 ? 1 : size);
    }
    errno = *fault;
    return -1;
}

int open_at(int folder, char const *name, int flags, mode_t mode) {
    return answer<int>(Call::openat, path_in(folder, name), [&] {
        return static_cast<int>(::syscall(SYS_openat, folder, name, flags, mode));
    });
}

long clock_offset() {
    static std::atomic<long> looks{0};
    Settings const &all = settings();
    if (!all.acts || all.jumps.empty()) {
        return 0;
    }
    long const look = ++looks;
    long offset = 0;
    for (Jump const &jump : all.jumps) {
        if (look >= jump.number) {
            offset = jump.seconds;
        }
    }
    note("clock", (offset < 0 ? "" : "+") + std::to_string(offset));
    return offset;
}

mode_t mode_of(int flags, va_list arguments) {
    bool const makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    return makes ? va_arg(arguments, mode_t) : 0;
}

} // namespace

extern "C" {

ssize_t write(int fd, void const *data, size_t size) {
    static auto *const real = next<ssize_t(int, void const *, size_t)>("write");
    return moved(Call::write, fd, size, [&](size_t part) { return real(fd, data, part); });
}

ssize_t pwrite(int fd, void const *data, size_t size, off_t at) {
    static auto *const real = next<ssize_t(int, void const *, size_t, off_t)>("pwrite");
    return moved(Call::pwrite, fd, size, [&](size_t part) { return real(fd, data, part, at); });
}
ssize_t pwrite64(int fd, void const *data, size_t size, off64_t at) {
    return pwrite(fd, data, size, at);
}

ssize_t read(int fd, void *data, size_t size) {
    static auto *const real = next<ssize_t(int, void *, size_t)>("read");
    return moved(Call::read, fd, size, [&](size_t part) { return real(fd, data, part); });
}

ssize_t pread(int fd, void *data, size_t size, off_t at) {
    static auto *const real = next<ssize_t(int, void *, size_t, off_t)>("pread");
    return moved(Call::pread, fd, size, [&](size_t part) { return real(fd, data, part, at); });
}
ssize_t pread64(int fd, void *data, size_t size, off64_t at) {
    return pread(fd, data, size, at);
}

int fsync(int fd) {
    static auto *const real = next<int(int)>("fsync");
    return answer<int>(Call::fsync, path_of(fd), [&] { return real(fd); });
}

int fdatasync(int fd) {
    static auto *const real = next<int(int)>("fdatasync");
    return answer<int>(Call::fdatasync, path_of(fd), [&] { return real(fd); });
}

int renameat2(int from_folder, char const *from, int to_folder, char const *to,
              unsigned flags) noexcept {
    return answer<int>(Call::rename, path_in(to_folder, to), [&] {
        return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
    });
}
int renameat(int from_folder, char const *from, int to_folder, char const *to) noexcept {
    return renameat2(from_folder, from, to_folder, to, 0);
}
int rename(char const *from, char const *to) noexcept {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int open(char const *name, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t const mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(AT_FDCWD, name, flags, mode);
}
int open64(char const *name, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t const mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(AT_FDCWD, name, flags, mode);
}
int openat(int folder, char const *name, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t const mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(folder, name, flags, mode);
}
int openat64(int folder, char const *name, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t const mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(folder, name, flags, mode);
}
// What a fortified build calls where the flags are not known beforehand.
int __open_2(char const *name, int flags) {
    return open_at(AT_FDCWD, name, flags, 0);
}
int __open64_2(char const *name, int flags) {
    return open_at(AT_FDCWD, name, flags, 0);
}
int __openat_2(int folder, char const *name, int flags) {
    return open_at(folder, name, flags, 0);
}
int __openat64_2(int folder, char const *name, int flags) {
    return open_at(folder, name, flags, 0);
}

int linkat(int from_folder, char const *from, int to_folder, char const *to, int flags) noexcept {
    static auto *const real = next<int(int, char const *, int, char const *, int)>("linkat");
    return answer<int>(Call::link, path_in(to_folder, to),
                       [&] { return real(from_folder, from, to_folder, to, flags); });
}
int link(char const *from, char const *to) noexcept {
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int ftruncate(int fd, off_t size) noexcept {
    static auto *const real = next<int(int, off_t)>("ftruncate");
    return answer<int>(Call::ftruncate, path_of(fd), [&] { return real(fd, size); });
}
int ftruncate64(int fd, off64_t size) noexcept {
    return ftruncate(fd, size);
}

int unlinkat(int folder, char const *name, int flags) noexcept {
    static auto *const real = next<int(int, char const *, int)>("unlinkat");
    return answer<int>(Call::unlink, path_in(folder, name),
                       [&] { return real(folder, name, flags); });
}
int unlink(char const *name) noexcept {
    return unlinkat(AT_FDCWD, name, 0);
}

int flock(int fd, int operation) noexcept {
    static auto *const real = next<int(int, int)>("flock");
    return answer<int>(Call::flock, path_of(fd), [&] { return real(fd, operation); });
}

int clock_gettime(clockid_t clock, timespec *now) noexcept {
    static auto *const real = next<int(clockid_t, timespec *)>("clock_gettime");
    int const result = real(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) {
        now->tv_sec += clock_offset();
    }
    return result;
}

time_t time(time_t *into) noexcept {
    timespec now{};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (into != nullptr) {
        *into = now.tv_sec;
    }
    return now.tv_sec;
}

} // extern "C"
