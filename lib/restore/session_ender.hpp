// Ends the sessions inside some databases again and again while it lives, for a rename that waits
// for them to go.
//
// Not for sessions that the role may not end: it passes over them in silence.
//
// Thread-safety: the constructor starts a thread, which uses the connection and the set until the
// destructor has joined it.

#pragma once

#include "pg/connection.hpp"
#include "pg/restore_swap.hpp"

#include <set>
#include <stop_token>
#include <string>
#include <thread>

namespace pgkeep {

class SessionEnder {
public:
    // `ended` gets an identity of each session that was ended. Both must outlive this.
    SessionEnder(Connection &connection, DatabaseOids oids, std::set<std::string> &ended);

private:
    void run(std::stop_token const &token) noexcept;

    Connection &connection_;
    DatabaseOids oids_;
    std::set<std::string> &ended_;
    std::jthread thread_; // last: joined before the rest goes
};

} // namespace pgkeep
