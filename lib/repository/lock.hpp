// One run a database: an exclusive flock on `<repository>/<database>/.lock`.
//
// The lock file is never unlinked (unlinking opens a race in which two runs hold different files).
// It says who holds it, since when and how far that run is, one `name=value` a line. The kernel
// releases the lock when the process ends, however it ends; a run that ends in order empties the
// file, and what a killed one left in it is not believed.
//
// Thread-safety: owned by one thread; say_phase() may be called from one other at a time.

#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"

#include <string>
#include <string_view>

namespace pgkeep {

class RunLock {
public:
    // Throws Error{locked, "<folder> is in use by …"} when another run holds it. `purpose` is what
    // this run says of itself.
    RunLock(std::string const &folder, std::string const &purpose);
    ~RunLock();
    RunLock(RunLock &&) noexcept = default;
    RunLock &operator=(RunLock &&) = delete;

    // How far this run is (`data 45 %`). A note for people: a failure to write it is none.
    void say_phase(std::string_view phase) const noexcept;

private:
    FileDescriptor fd_;
    std::string purpose_;
    Time since_;
};

} // namespace pgkeep
