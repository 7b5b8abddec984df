// Starting one child process: fork, a short stretch of async-signal-safe calls, exec.
//
// Everything that allocates or looks something up (PATH, groups, the environment) happens before
// the fork, because another thread may hold the allocator's lock at that moment. A failure between
// fork and exec comes back through a pipe.
//
// Not for callers outside this folder: child.hpp is the interface.
//
// Thread-safety: pure functions; the parent-death signal belongs to the calling thread.

#pragma once

#include "base/file.hpp"
#include "proc/child.hpp"

namespace pgkeep {

// What becomes descriptors 0, 1 and 2 of the child. They stay open in the parent.
struct ChildStreams {
    int in = -1; // -1: /dev/null, for each
    int out = -1;
    int err = -1;
};

// Returns once the program runs. Throws Error{not_found} when it cannot be executed, and another
// kind when the user, the folder or a stream could not be set up.
[[nodiscard]] pid_t spawn_child(ChildCommand const &command, ChildStreams const &streams);

struct PipeEnds {
    FileDescriptor read;
    FileDescriptor write;
};
// Both ends close on exec and are above 2.
[[nodiscard]] PipeEnds make_pipe();

// A signal to the child and, when it leads a group of its own, to all of that group.
void signal_child(pid_t pid, bool own_group, int number) noexcept;

// Waits without end; the status as waitpid() gives it.
int reap_child(pid_t pid) noexcept;

} // namespace pgkeep
