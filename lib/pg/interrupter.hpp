// Ends whatever a connection is blocked in, when a token fires.
//
// The running statement is cancelled on the server, so that no server process goes on working for
// nobody, and then the socket is shut down, so that the blocked call of libpq returns. A server
// that does not take the cancellation within two seconds gets the second only.
//
// Not for waiting: connecting and the pauses between attempts watch the token themselves.
//
// Thread-safety: the token may fire in any thread at any moment of this object's life, and is not
// held up. It must be destroyed before PQfinish(); its destructor waits for an interruption that is
// under way, which is bounded.

#pragma once

#include "base/file.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

struct pg_conn;
struct pg_cancel;

namespace pgkeep {

class Interrupter {
public:
    Interrupter(pg_conn *connection, std::stop_token token);
    Interrupter(Interrupter const &) = delete;
    Interrupter &operator=(Interrupter const &) = delete;

    // Cancels the running statement only; the connection stays usable. Once the token has fired
    // that is under way already.
    void cancel_statement() const noexcept;

private:
    void interrupt() noexcept;
    void cancel_within_deadline() const noexcept;

    // Shared with a thread that may wait for a hung server longer than this object lives.
    std::shared_ptr<pg_cancel> cancel_;
    // A duplicate: libpq closes its own descriptor when the connection breaks, and the number might
    // by then belong to somebody else's file.
    FileDescriptor socket_;
    std::stop_token token_;
    std::jthread interruption_; // one for each connection, so that they do not wait for each other
    std::optional<std::stop_callback<std::function<void()>>> callback_; // last: destroyed first
};

} // namespace pgkeep
