// Writing to what may keep a writer waiting for ever, such as a pipe that nobody reads: waiting
// ends when the token fires.
//
// Thread-safety: one thread at a time; the token may fire in any.

#pragma once

#include "base/bytes.hpp"
#include "base/file.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace pgkeep {

// Waits for a descriptor or the token, whichever comes first.
class InterruptibleWait {
public:
    explicit InterruptibleWait(std::stop_token token);
    InterruptibleWait(InterruptibleWait const &) = delete;
    InterruptibleWait &operator=(InterruptibleWait const &) = delete;

    // Until `fd` can be written. Throws Error{cancelled} when the token has fired.
    void until_writable(int fd) const;
    // For the time that poll() takes, in milliseconds. Throws likewise.
    void pause(int milliseconds) const;

private:
    void wait(int fd, int milliseconds) const;

    std::stop_token token_;
    FileDescriptor wake_;
    std::stop_callback<std::function<void()>> callback_; // last: destroyed first
};

// Opens an existing pipe or device for writing. A named pipe without a reader is waited for. Throws
// Error{cancelled} when the token fires meanwhile.
[[nodiscard]] FileDescriptor open_device(std::string const &path, std::stop_token const &token);

// Appends to a descriptor that it does not own, and never blocks in write(). A closed pipe is
// Error{failed}.
class InterruptibleSink : public ByteSink {
public:
    InterruptibleSink(int fd, std::string name, std::stop_token token);
    // Throws Error{cancelled} when the token has fired.
    void append(ByteView bytes) override;

private:
    int fd_;
    std::string name_;
    InterruptibleWait wait_;
    std::size_t piece_; // what is written at once
};

} // namespace pgkeep
