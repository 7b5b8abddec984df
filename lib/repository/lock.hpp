// One run a database: an exclusive flock on `<repository>/<database>/.lock`.
//
// The lock file is never unlinked (unlinking opens a race in which two runs hold different files)
// and says who holds it. The kernel releases the lock when the process ends, however it ends.
//
// Thread-safety: owned by one thread.

#pragma once

#include "base/file.hpp"

#include <string>

namespace pgkeep {

class RunLock {
public:
    // Throws Error{locked, "<folder> is in use by …"} when another run holds it. `purpose` is what
    // this run says of itself.
    RunLock(std::string const &folder, std::string const &purpose);
    RunLock(RunLock &&) noexcept = default;
    RunLock &operator=(RunLock &&) noexcept = default;

private:
    FileDescriptor fd_;
};

} // namespace pgkeep
