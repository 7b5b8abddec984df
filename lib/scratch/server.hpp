// A throw-away PostgreSQL server in a private folder, for drills, the quickstart and tests.
//
// It listens on a socket in that folder only (no network), trades durability for speed (no fsync),
// belongs to an ordinary user (started by root it steps down to `postgres`, else `nobody`), and is
// gone with its folder when the object is destroyed, when a signal ends the program, and, with the
// help of the kernel's parent-death signal and a sweep at the next start, also after kill -9.
//
// Not for data that anyone wants to keep.
//
// Thread-safety: none; start it in a thread that outlives it (see BackgroundChild).

#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

struct ScratchOptions {
    std::string bindir; // empty: the oldest installed of at least `minimum_major`
    int minimum_major = 0;
    std::string parent_folder; // empty: $TMPDIR or /tmp; the socket path must stay below 107 bytes
    std::string encoding = "UTF8";
    std::string locale = "C";
    std::map<std::string, std::string> settings; // of postgresql.conf
    std::string password; // not empty: the superuser needs it (scram-sha-256)
};

class ScratchServer {
public:
    // initdb and start; returns when it accepts connections. Throws Error with the last lines of
    // the server's log when it does not start, Error{cancelled} when the token fires.
    ScratchServer(ScratchOptions options, std::stop_token token);
    ~ScratchServer();
    ScratchServer(ScratchServer const &) = delete;
    ScratchServer &operator=(ScratchServer const &) = delete;

    [[nodiscard]] std::string const &folder() const noexcept;
    [[nodiscard]] std::string const &socket_folder() const noexcept; // PGHOST
    [[nodiscard]] std::string const &port() const noexcept;          // PGPORT
    [[nodiscard]] std::string const &user() const noexcept;          // the superuser: `postgres`
    [[nodiscard]] std::string const &bindir() const noexcept;
    [[nodiscard]] std::string log_text() const;
    [[nodiscard]] pid_t pid() const noexcept;

    // PGHOST, PGPORT, PGUSER and, with a password, PGPASSWORD, for child processes.
    [[nodiscard]] std::map<std::string, std::string> environment() const;

    void stop_immediately(); // as a crash would: SIGQUIT to the postmaster
    void start_again();      // after stop_immediately()

    // Stops the server and keeps its folder, under a name that no sweep removes; returns that name.
    // The object is then good for nothing but destruction.
    [[nodiscard]] std::string keep();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pgkeep
