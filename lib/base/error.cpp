#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>

namespace pgkeep {

namespace {

constexpr std::array kExitCodes{
    ExitCodeRow{0, "done"},
    ExitCodeRow{1, "failed; nothing was published or replaced"},
    ExitCodeRow{2, "wrong usage or configuration; nothing was started"},
    ExitCodeRow{3, "done, with something a person should look at (an anomaly, one of several "
                   "databases failed)"},
    ExitCodeRow{4, "an archive is damaged, or restored content differs from the archive"},
    ExitCodeRow{5, "another run holds the lock"},
    ExitCodeRow{130, "stopped by SIGINT; cleaned up"},
    ExitCodeRow{143, "stopped by SIGTERM; cleaned up"},
};

struct ErrnoRow {
    int value;
    ErrorKind kind;
    std::string_view hint;
};

constexpr std::string_view kNoSpaceHint = "Free space there or choose another place.";
// The same call reads for one caller and writes for the next.
constexpr std::string_view kPrivilegeHint =
    "Run as a user that has the right to this (ls -l and ls -ld of its folders show who has), or "
    "choose another place.";
constexpr std::string_view kNotFoundHint =
    "Check how the path is spelt, and that every folder in it exists.";
constexpr std::string_view kDescriptorsHint =
    "Raise the limit of open files (ulimit -n, LimitNOFILE= of systemd) or use fewer --jobs.";

constexpr std::array kErrnos{
    ErrnoRow{ENOSPC, ErrorKind::no_space, kNoSpaceHint},
    ErrnoRow{EDQUOT, ErrorKind::no_space, kNoSpaceHint},
    ErrnoRow{EFBIG, ErrorKind::no_space, kNoSpaceHint},
    ErrnoRow{EACCES, ErrorKind::privilege, kPrivilegeHint},
    ErrnoRow{EPERM, ErrorKind::privilege, kPrivilegeHint},
    ErrnoRow{EROFS, ErrorKind::privilege, "Choose a place that is not mounted read-only."},
    ErrnoRow{ENOENT, ErrorKind::not_found, kNotFoundHint},
    ErrnoRow{ENOTDIR, ErrorKind::not_found, "A part of the path is a file: name a folder there."},
    ErrnoRow{EEXIST, ErrorKind::exists, "Choose another name, or move away what has this one."},
    ErrnoRow{EISDIR, ErrorKind::failed, "It is a folder: name a file in it."},
    ErrnoRow{ENAMETOOLONG, ErrorKind::failed, "Choose a shorter name or path."},
    ErrnoRow{ELOOP, ErrorKind::failed, "Name the place itself: symbolic links lead in a circle."},
    ErrnoRow{EMFILE, ErrorKind::failed, kDescriptorsHint},
    ErrnoRow{ENFILE, ErrorKind::failed, kDescriptorsHint},
    ErrnoRow{EPIPE, ErrorKind::failed,
             "Who was to read it ended before that; look why, and run it again."},
};

// What is left is for the administrator of the machine.
constexpr ErrnoRow kOtherErrno{
    0, ErrorKind::failed,
    "Look for the device, its file system or a limit of this machine in the system's log (dmesg, "
    "journalctl)."};

ErrnoRow const &explain_errno(int value) noexcept {
    auto const *const row = std::ranges::find(kErrnos, value, &ErrnoRow::value);
    return row == kErrnos.end() ? kOtherErrno : *row;
}

} // namespace

int exit_code(ErrorKind kind) noexcept {
    switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::configuration:
        return 2;
    case ErrorKind::attention:
        return 3;
    case ErrorKind::damaged:
    case ErrorKind::differs:
        return 4;
    case ErrorKind::locked:
        return 5;
    case ErrorKind::cancelled:
        return 130;
    default:
        return 1;
    }
}

std::span<ExitCodeRow const> exit_code_table() noexcept {
    return kExitCodes;
}

Error Error::within(std::string const &context) const {
    return Error{kind_, context + ": " + what(), hint_};
}

std::string error_text(int errno_value) {
    std::array<char, 128> buffer{};
    return ::strerror_r(errno_value, buffer.data(), buffer.size()); // as GNU has it
}

Error system_error(int errno_value, std::string const &message) {
    ErrnoRow const &row = explain_errno(errno_value);
    return Error{row.kind, message + ": " + error_text(errno_value), std::string{row.hint}};
}

Error current_error() {
    try {
        throw;
    } catch (Error const &error) {
        return error;
    } catch (std::bad_alloc const &) {
        return Error{ErrorKind::failed, "out of memory",
                     "Use fewer --jobs or give the machine more memory."};
    } catch (std::exception const &error) {
        auto const *of_system = dynamic_cast<std::system_error const *>(&error);
        // Only the start of a thread says so in this way: our own calls throw Error.
        if (of_system != nullptr &&
            of_system->code() == std::errc::resource_unavailable_try_again) {
            return Error{ErrorKind::failed,
                         std::string{"cannot start a thread: "} + of_system->code().message(),
                         "A limit of tasks (TasksMax= of systemd, ulimit -u, pids of a container) "
                         "or of memory (ulimit -v) is reached; raise it or use fewer --jobs."};
        }
        return Error{ErrorKind::failed, std::string{"internal error: "} + error.what(),
                     "This is a defect of pgkeep; please report it with the command and --verbose "
                     "--verbose."};
    }
}

} // namespace pgkeep
