// Reads of a comparison, of which each may fail without ending it.
//
// Every read runs behind a savepoint that is rolled back, so that a lock lasts no longer than it
// must. The pages of a big table are read by several workers, and between two of them nobody may
// move rows to other pages: the keeper holds its lock meanwhile. Who then waits for an exclusive
// lock waits for the keeper, and a worker would wait for them: it leaves such a read to the keeper.
//
// Thread-safety: read() may be called from several threads, each with its connection; the rest
// before or after all of them.

#pragma once

#include "pg/connection.hpp"
#include "pg/snapshot.hpp"
#include "restore/workers.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pgkeep {

// Whether `error` concerns what was read, and not the connection, its transaction or the server.
[[nodiscard]] bool is_of_one_object(Connection const &connection, PgError const &error);

class DriftReader {
public:
    // A place in the manifest's list of tables; no value: large objects.
    using Place = std::optional<std::size_t>;

    // Locks a table, or remembers why it cannot be read.
    void hold(Connection &keeper, std::size_t table, RelationName const &relation,
              std::chrono::milliseconds timeout);

    // As ReadBack::Reader.
    void read(Connection &connection, Place place, DatabaseTask const &read);
    // What workers left to the keeper.
    void read_deferred(Connection &keeper);

    // In the words of the server, by place.
    [[nodiscard]] std::map<Place, std::string> const &problems() const noexcept {
        return problems_;
    }
    void add_problem(Place place, std::string const &text);

private:
    struct Deferred {
        Place place;
        DatabaseTask read;
    };
    [[nodiscard]] bool has_problem(Place place);
    [[nodiscard]] bool is_held(Place place) const { return place && held_.contains(*place); }

    std::set<std::size_t> held_;
    std::mutex mutex_;
    std::map<Place, std::string> problems_;
    std::vector<Deferred> deferred_;
};

} // namespace pgkeep
