// A connection that no signal ends: for what must not be left half-done, such as the swap of two
// databases or the removal of what a failed restore made.
//
// It still ends when the answer cannot come any more. Once a statement has been waited for for some
// seconds, another connection asks the server for the process that runs it: one that works is
// waited for, however long it takes (a lock, a checkpoint, files of a terabyte); when it is gone or
// idle, or when the server does not answer, then what lies between is broken, and the socket is
// shut down. The statement fails then as with any lost connection, and whoever must know what
// became of it asks on a new one.
//
// Not for work that a signal shall end: a Connection with the token of the run does that.
//
// Thread-safety: the connection is for one thread at a time; a thread of this object watches it.

#pragma once

#include "base/file.hpp"
#include "pg/connection.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace pgkeep {

struct SteadyTimes {
    std::optional<std::chrono::milliseconds> connect; // in all; none: as the policy says
    std::chrono::milliseconds patience{5000};         // for a statement, until the server is asked
    std::chrono::milliseconds again{1000};            // until it is asked a second time
    std::chrono::milliseconds answer{10'000};         // for what it is asked
};

class SteadyConnection {
public:
    // `token` ends the attempts to connect, and nothing after that. Throws Error{connection} when
    // the server does not answer in times.connect.
    SteadyConnection(ConnectionSettings const &settings, ConnectPolicy const &policy,
                     std::stop_token const &token = {}, SteadyTimes const &times = {});
    SteadyConnection(SteadyConnection const &) = delete;
    SteadyConnection &operator=(SteadyConnection const &) = delete;

    [[nodiscard]] Connection &get() noexcept { return connection_; }

private:
    void watch(std::stop_token const &token) noexcept;
    [[nodiscard]] bool is_given_up(std::stop_token const &token) const;
    [[nodiscard]] std::string what_it_does() const;

    SteadyTimes times_;
    Connection connection_;
    ConnectionSettings settings_; // of the server that was reached
    FileDescriptor socket_;       // a duplicate: libpq closes its own when the connection breaks
    std::jthread watch_;          // last: joined before the rest goes
};

} // namespace pgkeep
