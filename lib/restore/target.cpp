#include "restore/target.hpp"

#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/restore_swap.hpp"

#include <algorithm>
#include <vector>

namespace pgkeep {
namespace {

constexpr std::int64_t kInvalidDatabase = -2; // a connection limit that marks it

// `one "a"`, `many "a", "b"`
std::string counted(std::vector<std::string> const &names, char const *one, char const *many) {
    std::string text = names.size() == 1 ? one : many;
    for (auto const &name : names) {
        text += (&name == &names.front() ? " " : ", ") + quoted_name(name);
    }
    return text;
}

// A refused connection would be tried again for a while, and its message says less.
void require_open(std::string const &name, DatabaseState const &state) {
    std::string const identifier = printable(quote_identifier(name));
    if (state.connection_limit == kInvalidDatabase) {
        throw Error{ErrorKind::failed,
                    "database " + quoted_name(name) +
                        " is invalid: somebody began to drop it and was interrupted",
                    "Finish that with: DROP DATABASE " + identifier + "; and start again."};
    }
    if (!state.allows_connections) {
        throw Error{ErrorKind::failed, "database " + quoted_name(name) + " accepts no connections",
                    "If it shall be replaced, let a superuser run: ALTER DATABASE " + identifier +
                        " ALLOW_CONNECTIONS true;"};
    }
    if (state.connection_limit == 0 && state.limit_is_ours) {
        throw Error{ErrorKind::failed,
                    "database " + quoted_name(name) + " has a connection limit of 0",
                    "Connect as a superuser, for whom it does not count, or raise it with: ALTER "
                    "DATABASE " +
                        identifier + " CONNECTION LIMIT 10;"};
    }
}

void require_same(Connection &inside, Target const &target) {
    if (find_database(inside, target.name) != target.oid) {
        throw Error{ErrorKind::failed,
                    "database " + quoted_name(target.name) +
                        " was replaced by another one while it was looked at",
                    "Somebody else works on this server; agree with them and start again."};
    }
}

void add_owner(Connection &connection, Target const &target, Obstacles &obstacles) {
    if (!owns_database(connection, target.oid)) {
        std::string const role = current_role(connection);
        obstacles.add(ErrorKind::privilege,
                      "role " + quoted_name(role) + " does not own database " +
                          quoted_name(target.name) + ", which belongs to " +
                          quoted_name(target.properties.owner),
                      "Connect as its owner, as a member of that role, or as a superuser.");
    }
}

void add_template(Target const &target, Obstacles &obstacles) {
    bool const is_systems = target.name == "template0" || target.name == "template1";
    if (is_systems || target.properties.is_template) {
        obstacles.add(ErrorKind::failed,
                      "database " + quoted_name(target.name) + " is a template for new databases",
                      is_systems
                          ? "Choose another name with --into."
                          : "If it shall be replaced, run: ALTER DATABASE " +
                                printable(quote_identifier(target.name)) + " IS_TEMPLATE false;");
    }
}

void add_prepared(Connection &connection, Target const &target, Obstacles &obstacles) {
    auto const gids = list_prepared_transactions(connection, target.oid);
    if (!gids.empty()) {
        obstacles.add(ErrorKind::failed,
                      "database " + quoted_name(target.name) + " has " +
                          counted(gids, "the prepared transaction", "prepared transactions"),
                      "Connect to it and finish each: COMMIT PREPARED " +
                          printable(quote_literal(gids.front())) + "; or ROLLBACK PREPARED " +
                          printable(quote_literal(gids.front())) + ";");
    }
}

void add_replication(Connection &connection, Target const &target, Obstacles &obstacles) {
    auto const slots = list_replication_slots(connection, target.oid);
    if (!slots.empty()) {
        obstacles.add(
            ErrorKind::failed,
            "database " + quoted_name(target.name) + " has " +
                counted(slots, "the logical replication slot", "logical replication slots"),
            "A slot cannot follow the restored content. End the replication, and run: "
            "SELECT pg_drop_replication_slot(" +
                printable(quote_literal(slots.front())) + ");");
    }
    auto const subscriptions = list_subscriptions(connection, target.oid);
    if (!subscriptions.empty()) {
        obstacles.add(ErrorKind::failed,
                      "database " + quoted_name(target.name) + " has " +
                          counted(subscriptions, "the subscription", "subscriptions"),
                      "Connect to it and run: DROP SUBSCRIPTION " +
                          printable(quote_identifier(subscriptions.front())) +
                          "; its publisher goes on without it.");
    }
}

void warn_of_sessions(Connection &connection, Target const &target, Obstacles &obstacles) {
    auto sessions = list_sessions(connection, {target.oid});
    std::erase_if(sessions, [](DatabaseSession const &session) { return session.may_end; });
    if (!sessions.empty()) {
        obstacles.warnings.push_back(
            "role " + quoted_name(current_role(connection)) + " may not end " +
            (sessions.size() == 1 ? std::string{"a session"}
                                  : std::to_string(sessions.size()) + " sessions") +
            " in database " + quoted_name(target.name) + ", such as " +
            describe_session(sessions.front()) +
            "; if they are still there at the end, the restore fails and changes nothing (for "
            "sessions of ordinary roles, GRANT pg_signal_backend helps)");
    }
}

} // namespace

std::optional<Target> find_target(Sessions const &sessions, std::string const &name,
                                  std::stop_token const &token) {
    Connection outside = sessions.maintenance("target", token);
    auto const state = read_database_state(outside, name);
    if (!state) {
        return std::nullopt;
    }
    require_open(name, *state);
    Target target{name,        state->oid,     {}, read_system_identifier(outside),
                  state->size, state->sessions};
    // First: what changes between the two is then seen to have changed.
    target.outside = read_database_properties(outside, target.oid);
    Connection inside = sessions.inside(name, "target", token);
    require_same(inside, target);
    target.properties = read_database_properties(inside);
    return target;
}

void add_replacing_obstacles(Sessions const &sessions, Target const &target, Obstacles &obstacles,
                             std::stop_token const &token) {
    Connection connection = sessions.maintenance("target", token);
    add_template(target, obstacles);
    add_owner(connection, target, obstacles);
    add_prepared(connection, target, obstacles);
    add_replication(connection, target, obstacles);
    warn_of_sessions(connection, target, obstacles);
}

Connection claim_target(Sessions const &sessions, std::string const &name,
                        std::stop_token const &token) {
    Connection connection = sessions.maintenance("claim", token);
    if (auto const holder = claim_target_name(connection, name)) {
        throw Error{ErrorKind::locked,
                    "another restore of database " + quoted_name(name) +
                        " is running (server process " + holder->pid + ", application \"" +
                        printable(holder->application) + "\"" +
                        (holder->since.empty() ? "" : ", since " + holder->since) + ")",
                    "Wait until it is done, or end it and start again."};
    }
    return connection;
}

} // namespace pgkeep
