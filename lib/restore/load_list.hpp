// Which block a worker loads next.
//
// Each worker stays with a table while it has blocks, so that sessions seldom meet in one table;
// the largest untouched table is next; and when all are in hand, an idle worker helps where most is
// left.
//
// Thread-safety: next() may be called from several threads.

#pragma once

#include "gzip/index.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace pgkeep {

// Blocks that belong together: those of a table, or all large objects (table 0).
struct LoadGroup {
    std::uint32_t table = 0;
    std::vector<std::size_t> blocks; // in file order
    std::uint64_t text_size = 0;
};

// The groups of all blocks that hold rows, largest first.
[[nodiscard]] std::vector<LoadGroup> group_blocks(std::vector<BlockEntry> const &blocks);

// Foreign keys between tables that exist before the data (those of extensions): `referencing` ->
// `referenced`.
using TableReferences = std::multimap<std::uint32_t, std::uint32_t>;

// The groups in waves: a table comes in a later wave than those that it references. Without
// references one wave. Tables that reference each other in a circle come together in the last.
[[nodiscard]] std::vector<std::vector<LoadGroup>> order_groups(std::vector<LoadGroup> groups,
                                                               TableReferences const &references);

class LoadList {
public:
    // `groups` largest first.
    LoadList(std::vector<LoadGroup> groups, unsigned workers);

    // The next block for `worker` (from 0), none when nothing is left.
    [[nodiscard]] std::optional<std::size_t> next(unsigned worker);

private:
    struct Progress {
        LoadGroup group;
        std::size_t taken = 0;
        [[nodiscard]] std::size_t left() const { return group.blocks.size() - taken; }
    };
    [[nodiscard]] Progress *choose();

    std::mutex mutex_;
    std::vector<Progress> groups_;
    std::vector<Progress *> current_; // by worker
    std::size_t untouched_ = 0;
};

} // namespace pgkeep
