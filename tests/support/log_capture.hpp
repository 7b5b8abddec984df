// What the program says on stderr while the object lives, its log included.
//
// Thread-safety: none; only one at a time.

#pragma once

#include "base/log.hpp"
#include "proc/child.hpp"

#include <string>

namespace pgkeep {

class LogCapture {
public:
    explicit LogCapture(LogLevel level = LogLevel::debug);
    ~LogCapture(); // puts stderr back, and the log to warnings as text
    LogCapture(LogCapture const &) = delete;
    LogCapture &operator=(LogCapture const &) = delete;

    [[nodiscard]] std::string text() const { return file_.content(); }

private:
    MemoryFile file_;
    FileDescriptor stderr_;
};

} // namespace pgkeep
