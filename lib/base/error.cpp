#include "base/error.hpp"

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
