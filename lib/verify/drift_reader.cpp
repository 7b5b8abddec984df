#include "verify/drift_reader.hpp"

#include "base/error.hpp"
#include "pg/live_tables.hpp"
#include "pg/savepoint.hpp"
#include "pg/sqlstate.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace pgkeep {
namespace {

// Classes of SQLSTATE after which reading another table makes no sense: connection, transaction,
// resources, operator intervention, snapshot.
constexpr auto kEndsAll = std::to_array<std::string_view>({"08", "25", "40", "53", "57", "72"});

// For a lock that the keeper has: who does not get it soon waits for somebody who waits for the
// keeper.
constexpr std::chrono::milliseconds kShortLockWait{1000};

} // namespace

bool is_of_one_object(Connection const &connection, PgError const &error) {
    std::string_view const state = error.sqlstate();
    return connection.usable() && !state.empty() &&
           std::ranges::find(kEndsAll, state.substr(0, 2)) == kEndsAll.end();
}

void DriftReader::hold(Connection &keeper, std::size_t table, RelationName const &relation,
                       std::chrono::milliseconds timeout) {
    try {
        lock_relations(keeper, {relation}, timeout);
        held_.insert(table);
    } catch (PgError const &error) {
        if (!is_of_one_object(keeper, error)) {
            throw;
        }
        add_problem(table, error.what());
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::schema_moved) {
            throw;
        }
        add_problem(table, error.what());
    }
}

void DriftReader::read(Connection &connection, Place place, DatabaseTask const &read) {
    if (has_problem(place)) {
        return;
    }
    try {
        without_keeping_locks(connection, [&] {
            if (is_held(place)) {
                limit_lock_wait(connection, kShortLockWait);
            }
            read(connection);
        });
    } catch (PgError const &error) {
        if (!is_of_one_object(connection, error)) {
            throw;
        }
        if (is_held(place) && error.sqlstate() == sqlstate::kLockNotAvailable) {
            std::scoped_lock const lock{mutex_};
            deferred_.push_back({place, read});
            return;
        }
        add_problem(place, error.server_text());
    }
}

void DriftReader::read_deferred(Connection &keeper) {
    for (auto const &deferred : std::exchange(deferred_, {})) {
        read(keeper, deferred.place, deferred.read);
    }
    // What even the keeper could not lock (a TOAST table, perhaps) stays unread.
    for (auto const &deferred : deferred_) {
        add_problem(deferred.place, "somebody holds a lock on it");
    }
}

void DriftReader::add_problem(Place place, std::string const &text) {
    std::scoped_lock const lock{mutex_};
    problems_.emplace(place, text);
}

bool DriftReader::has_problem(Place place) {
    std::scoped_lock const lock{mutex_};
    return problems_.contains(place);
}

} // namespace pgkeep
