// Child processes: started without a shell, their output drained as it comes, gone when we are
// gone.
//
// Both stdout and stderr are read all the time, so a chatty child never blocks on a full pipe. The
// last lines of stderr are kept for the error message. When the token fires the child gets SIGTERM,
// and SIGKILL if it does not end within five seconds; when this process dies, the kernel sends it
// SIGTERM.
//
// That last promise holds while the *thread* that started the child lives: start children from the
// main thread or from one that waits for them. run_child() waits, so it is safe anywhere.

#pragma once

#include "base/file.hpp"

#include <sys/types.h>

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct ChildCommand {
    // argv[0] is a path or a name to look up in PATH.
    std::vector<std::string> argv;
    // Added to ours; secrets go here, never into argv.
    std::map<std::string, std::string> environment;
    // Variables of ours that the child must not see.
    std::vector<std::string> unset;
    int stdin_fd = -1;  // -1: /dev/null
    int stdout_fd = -1; // -1: to `on_stdout`
    int stderr_fd = -1; // -1: to `on_stderr_line` and the kept tail
    // Descriptors that stay open in the child under their number.
    std::vector<int> inherit;
    // Pieces as they come; may throw: the child is killed.
    std::function<void(std::string_view)> on_stdout;
    // Each line without its newline; the last ones are also kept for the error.
    std::function<void(std::string_view)> on_stderr_line;
    std::string working_directory; // empty: ours
    // A process group of its own; false for a command that shares our terminal.
    bool own_group = true;
    // What the kernel sends to it when we die; 15 is SIGTERM.
    int death_signal = 15;
    // Other than 0: switch to this user and group before exec (we must be root).
    uid_t run_as_uid = 0;
    gid_t run_as_gid = 0;
};

struct ChildResult {
    int exit_code = -1;      // when it ended by itself
    int term_signal = 0;     // when a signal ended it
    std::string stderr_tail; // the last 4 kB
    [[nodiscard]] bool succeeded() const noexcept { return term_signal == 0 && exit_code == 0; }
};

// Runs to the end. Throws Error{not_found} when the program cannot be started, Error{cancelled}
// when the token fired; how the program itself ended is in the result.
[[nodiscard]] ChildResult run_child(ChildCommand const &command, std::stop_token const &token);

// `exit code 1`, or `signal 9, Killed`.
[[nodiscard]] std::string describe_end(ChildResult const &result);

// Throws Error{failed, "<program> failed (exit code 1): <last lines of stderr>"} unless it
// succeeded.
void require_success(ChildCommand const &command, ChildResult const &result);

// A child that runs beside us, such as a server. The destructor kills it (SIGKILL) and reaps it.
class BackgroundChild {
public:
    // stdout and stderr go to `log_fd`, unless `command` names other descriptors.
    BackgroundChild(ChildCommand const &command, int log_fd);
    ~BackgroundChild();
    BackgroundChild(BackgroundChild const &) = delete;
    BackgroundChild &operator=(BackgroundChild const &) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool running(); // reaps it when it has ended
    void signal(int number);
    // Waits up to `milliseconds`; false when it still runs.
    [[nodiscard]] bool wait_for_end(int milliseconds);

private:
    pid_t pid_ = -1;
    bool own_group_ = true;
};

// A descriptor that is readable when the process has ended; not valid on kernels before 5.3.
[[nodiscard]] FileDescriptor open_pid(pid_t pid);

// An anonymous file in memory (memfd) that children can open as /proc/self/fd/N: nothing to clean
// up after any death. Pass fd() in ChildCommand::inherit.
class MemoryFile {
public:
    explicit MemoryFile(std::string const &label);
    ~MemoryFile();
    MemoryFile(MemoryFile &&other) noexcept;
    MemoryFile &operator=(MemoryFile &&other) noexcept;
    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] std::string path() const; // `/proc/self/fd/N`
    [[nodiscard]] std::string content() const;
    void assign(std::string_view content);

private:
    int fd_ = -1;
};

} // namespace pgkeep
