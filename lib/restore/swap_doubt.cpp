#include "restore/swap_doubt.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/restore_swap.hpp"

namespace pgkeep {
namespace {

// For a lost session to end.
constexpr std::chrono::milliseconds kLostSession{10'000};

// How to find out by hand.
std::string how_to_look(SwapPlan const &plan) {
    std::string const new_oid = std::to_string(plan.incoming_oid);
    std::string hint = "Look with: SELECT oid FROM pg_database WHERE datname = " +
                       printable(quote_literal(plan.target)) + "; oid " + new_oid +
                       " means that the swap is done";
    if (!plan.outgoing) {
        return hint + "; no row means that " + nothing_changed(plan) + ".";
    }
    return hint + " and the old database is " + quoted_name(plan.outgoing->new_name) + "; oid " +
           std::to_string(plan.outgoing->oid) + " means that " + nothing_changed(plan) + ".";
}

bool was_committed(Sessions const &sessions, SwapPlan const &plan, std::string const &pid,
                   PgError const &lost) {
    try {
        auto const steady = sessions.to_end_our_own();
        Connection &connection = steady->get();
        silence_warnings(connection);
        // A server process that still lives could commit after the answer.
        if (!pid.empty() &&
            !terminate_and_wait(connection, pid, std::string{"pgkeep "} + kSwapLabel,
                                kLostSession)) {
            throw Error{ErrorKind::connection, "server process " + pid + " does not end"};
        }
        return database_name(connection, plan.incoming_oid) == plan.target;
    } catch (Error const &error) {
        throw Error{ErrorKind::connection,
                    "the connection was lost in the swap of database " + quoted_name(plan.target) +
                        " (" + lost.server_text() +
                        "), and the server cannot be asked whether it was committed (" +
                        error.what() + ")",
                    how_to_look(plan)};
    }
}

} // namespace

std::string nothing_changed(SwapPlan const &plan) {
    if (plan.outgoing) {
        return "database " + quoted_name(plan.target) + " was not replaced and is untouched";
    }
    return "database " + quoted_name(plan.incoming_name) + " was not renamed to " +
           quoted_name(plan.target);
}

void require_committed(Sessions const &sessions, SwapPlan const &plan, std::string const &pid,
                       PgError const &lost) {
    if (!was_committed(sessions, plan, pid, lost)) {
        throw Error{ErrorKind::connection,
                    "the connection was lost in the swap, before its commit (" +
                        lost.server_text() + "); " + nothing_changed(plan),
                    lost.hint()};
    }
    log(LogLevel::warning, "the connection was lost in the moment of the swap; the swap is done");
}

} // namespace pgkeep
