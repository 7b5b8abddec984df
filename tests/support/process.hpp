// Whether another process still is, for tests that wait for its end or ended it.

#pragma once

#include <sys/types.h>

#include <cerrno>
#include <csignal>

namespace pgkeep {

// A zombie still is.
inline bool is_gone(pid_t pid) {
    return ::kill(pid, 0) != 0 && errno == ESRCH;
}

} // namespace pgkeep
