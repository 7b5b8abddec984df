#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <cstring>

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

ErrorKind kind_of_errno(int value) noexcept {
    switch (value) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ErrorKind::no_space;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorKind::privilege;
    case ENOENT:
    case ENOTDIR:
        return ErrorKind::not_found;
    case EEXIST:
        return ErrorKind::exists;
    default:
        return ErrorKind::failed;
    }
}

std::string hint_for(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::no_space:
        return "Free space there or choose another place.";
    case ErrorKind::privilege:
        return "Run as a user that may write there, or choose another place.";
    default:
        return {};
    }
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
    ErrorKind const kind = kind_of_errno(errno_value);
    return Error{kind, message + ": " + error_text(errno_value), hint_for(kind)};
}

} // namespace pgkeep
