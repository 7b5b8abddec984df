// Which early object a worker builds next.
//
// An object is ready when the rows that it needs are in, what it depends on is built, and nobody
// works on its tables in a way that it would have to wait for. Of those that are ready the one
// whose tables have most left to build comes first: its chain is what the others would wait for at
// the end.
//
// Thread-safety: all functions may be called from several threads.

#pragma once

#include "restore/early_objects.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <vector>

namespace pgkeep {

class EarlyList {
public:
    // `blocks`: how many of each table (and of large objects, 0) are to be loaded.
    EarlyList(std::vector<EarlyObject> objects, std::map<std::uint32_t, std::size_t> blocks);

    // A block is in the database, and committed when it was the last of its table.
    void block_loaded(std::uint32_t table);

    // Waits until an object is ready; none when none is left or `token` fires. The caller calls
    // built() with it, or fires the token.
    [[nodiscard]] std::optional<EarlyObject> next(std::stop_token const &token);
    void built(EarlyObject const &object);

    // Dump ids of what was built, with the remarks.
    [[nodiscard]] std::set<int> all_built() const;

private:
    struct Use {
        unsigned users = 0;
        bool exclusive = false;
    };
    [[nodiscard]] bool is_ready(EarlyObject const &object) const;
    [[nodiscard]] std::list<EarlyObject>::iterator choose();
    [[nodiscard]] std::uint64_t left_to_build(EarlyObject const &object) const;
    void start(EarlyObject const &object);

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::list<EarlyObject> waiting_;
    std::map<std::uint32_t, std::size_t> blocks_; // not loaded yet; no zeros
    std::map<std::uint32_t, Use> used_;           // tables that somebody works on
    std::map<std::uint32_t, std::uint64_t> left_; // cost of what is not built yet, by table
    std::set<int> built_;
    unsigned running_ = 0;
};

} // namespace pgkeep
