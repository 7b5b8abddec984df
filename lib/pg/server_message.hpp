// What the server or libpq said, cut into the parts that an error needs.
//
// Texts are made safe for a terminal and free of registered secrets.
//
// Thread-safety: pure functions.

#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

struct pg_result;

namespace pgkeep {

struct ServerMessage {
    std::string sqlstate; // empty: libpq spoke, not the server
    std::string text;     // one line
    std::string
        hint; // ours, then DETAIL, HINT and the first line of CONTEXT as the server gave them
    ErrorKind kind = ErrorKind::failed;
    bool may_pass = false; // connecting again later may succeed
};

// Of a result that failed.
[[nodiscard]] ServerMessage explain_result(pg_result const *result);

// Of PQerrorMessage() after connecting failed; with PQERRORS_VERBOSE it has the SQLSTATE, which
// libpq tells in no other way there. With several hosts the text has several messages: one that
// will not pass decides.
[[nodiscard]] ServerMessage explain_connect_failure(std::string_view libpq_text);

// For a session that a standby may have ended because its replay could wait no longer. When the
// session asked nothing in that moment it heard no reason.
inline constexpr char const *kStandbyHint =
    "On a standby, set hot_standby_feedback = on or raise max_standby_streaming_delay.";

// Of PQerrorMessage() on a connection that broke.
[[nodiscard]] ServerMessage explain_lost_connection(std::string_view libpq_text);

} // namespace pgkeep
