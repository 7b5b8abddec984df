// Which block a worker loads next.
//
// A table is loaded by one worker, block after block, so that its rows keep the order that they
// have in the archive: an index that relies on it (BRIN) and a dump of the copy are then as they
// were. Only where that would leave workers idle for long, the largest tables are shared; workers
// then take neighbouring blocks, so that the order is lost only nearby.
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
    bool shared = false; // several workers may load it at once
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

// What waiting for the last worker may cost: 64 MiB of text are loaded in about half a second.
inline constexpr std::uint64_t kLoadSlack = 64ULL << 20;

// `groups` (largest first) with the fewest of the largest marked as shared so that, when each
// worker takes the largest group that is left, none has more than its part of all text and `slack`.
[[nodiscard]] std::vector<LoadGroup> share_largest(std::vector<LoadGroup> groups, unsigned workers,
                                                   std::uint64_t slack = kLoadSlack);

// One block, and its place among those of its table.
struct LoadStep {
    std::size_t block = 0;
    bool alone = false; // no other worker loads this table
    bool first = false;
    bool last = false;
    bool operator==(LoadStep const &) const = default;
};

class LoadList {
public:
    // `groups` largest first.
    LoadList(std::vector<LoadGroup> groups, unsigned workers);

    // The next block for `worker` (from 0), none when nothing is left for it.
    [[nodiscard]] std::optional<LoadStep> next(unsigned worker);

private:
    struct Progress {
        LoadGroup group;
        std::size_t taken = 0;
        [[nodiscard]] std::size_t left() const { return group.blocks.size() - taken; }
    };
    [[nodiscard]] Progress *choose();

    std::mutex mutex_;
    std::vector<Progress> own_;       // for one worker each
    std::vector<Progress> shared_;    // for all, when no other is left
    std::vector<Progress *> current_; // by worker
    std::size_t untouched_ = 0;       // of own_
};

} // namespace pgkeep
