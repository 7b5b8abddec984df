// Standard output: the results of a run, and nothing else. Everything else goes through
// base/log.hpp to stderr.
//
// A result that could not be written is a failure of the run: a closed pipe and a full disk throw.
//
// Thread-safety: one thread.

#pragma once

#include <string_view>

namespace pgkeep {

class StandardOutput {
public:
    explicit StandardOutput(int fd = 1) : fd_(fd) {}

    // Throws Error{failed} or Error{no_space} that names standard output.
    void write(std::string_view text);
    [[nodiscard]] bool is_terminal() const;
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_;
};

} // namespace pgkeep
