// Ends whatever a connection is blocked in, when a token fires.
//
// The running statement is cancelled on the server, so that no server process goes on working for
// nobody, and then the socket is shut down, so that the blocked call of libpq returns.
//
// Not for waiting: connecting and the pauses between attempts watch the token themselves.
//
// Thread-safety: the token may fire in any thread at any moment of this object's life. It must be
// destroyed before PQfinish() and its destructor waits for a cancellation that is under way.

#pragma once

#include "base/file.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

struct pg_conn;
struct pg_cancel;

namespace pgkeep {

class Interrupter {
public:
    Interrupter(pg_conn *connection, std::stop_token const &token);
    Interrupter(Interrupter const &) = delete;
    Interrupter &operator=(Interrupter const &) = delete;

    // Cancels the running statement only; the connection stays usable.
    void cancel_statement() const noexcept;

private:
    struct FreeCancel {
        void operator()(pg_cancel *cancel) const noexcept;
    };

    std::unique_ptr<pg_cancel, FreeCancel> cancel_;
    // A duplicate: libpq closes its own descriptor when the connection breaks, and the number might
    // by then belong to somebody else's file.
    FileDescriptor socket_;
    std::optional<std::stop_callback<std::function<void()>>> callback_; // last: destroyed first
};

} // namespace pgkeep
