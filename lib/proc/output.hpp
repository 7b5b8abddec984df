// What a child process writes: a pipe that is emptied as it fills, and lines with a tail that is
// kept.
//
// Not for callers outside this folder.
//
// Thread-safety: none.

#pragma once

#include "base/file.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pgkeep {

// The read end of a child's stream; not blocking.
class OutputPipe {
public:
    using Callback = std::function<void(std::string_view)>;

    // `fd` may be invalid: then there is nothing to read. An empty callback drops the bytes.
    OutputPipe(FileDescriptor fd, Callback callback)
        : fd_(std::move(fd)), callback_(std::move(callback)) {}

    // -1 after the end, as poll() wants it.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    // Hands on what is there now, at least a full pipe; closes at the end. Throws what the callback
    // throws.
    void drain();

private:
    FileDescriptor fd_;
    Callback callback_;
};

// Cuts a stream into lines and keeps the last 4 kB of it.
class LineTail {
public:
    explicit LineTail(std::function<void(std::string_view)> on_line)
        : on_line_(std::move(on_line)) {}

    void add(std::string_view text);
    void finish(); // a last line without its newline
    [[nodiscard]] std::string const &tail() const noexcept { return tail_; }

private:
    std::function<void(std::string_view)> on_line_;
    std::string line_;
    std::string tail_;
};

// The last lines of `text`, joined by `; `, for an error message; and before them the last line
// that names an error, when none of them does (pg_restore prints whole statements behind it).
[[nodiscard]] std::string last_lines(std::string_view text);

} // namespace pgkeep
