#include "support/log_capture.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace pgkeep {

LogCapture::LogCapture(LogLevel level)
    : file_("captured log"), stderr_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    ::dup2(file_.fd(), STDERR_FILENO);
    start_logging({level, LogFormat::text, {}});
}

LogCapture::~LogCapture() {
    ::dup2(stderr_.get(), STDERR_FILENO);
    start_logging({});
}

} // namespace pgkeep
