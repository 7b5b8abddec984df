#include "restore/load_list.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <utility>

namespace pgkeep {

std::vector<LoadGroup> group_blocks(std::vector<BlockEntry> const &blocks) {
    std::map<std::uint32_t, LoadGroup> by_table;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        BlockEntry const &block = blocks[i];
        if (block.kind == format::BlockKind::copy ||
            block.kind == format::BlockKind::large_objects) {
            LoadGroup &group = by_table[block.table];
            group.table = block.table;
            group.blocks.push_back(i);
            group.text_size += block.text_size;
        }
    }
    std::vector<LoadGroup> groups;
    groups.reserve(by_table.size());
    for (auto &[table, group] : by_table) {
        groups.push_back(std::move(group));
    }
    std::stable_sort(groups.begin(), groups.end(), [](LoadGroup const &a, LoadGroup const &b) {
        return a.text_size > b.text_size;
    });
    return groups;
}

std::vector<std::vector<LoadGroup>> order_groups(std::vector<LoadGroup> groups,
                                                 TableReferences const &references) {
    std::vector<std::vector<LoadGroup>> waves;
    std::set<std::uint32_t> waiting;
    for (auto const &group : groups) {
        waiting.insert(group.table);
    }
    while (!groups.empty()) {
        auto const must_wait = [&](LoadGroup const &group) {
            auto const [begin, end] = references.equal_range(group.table);
            return std::any_of(begin, end, [&](auto const &reference) {
                return reference.second != group.table && waiting.contains(reference.second);
            });
        };
        auto const later = std::stable_partition(
            groups.begin(), groups.end(), [&](auto const &group) { return !must_wait(group); });
        auto const end = later == groups.begin() ? groups.end() : later; // a circle
        auto &wave = waves.emplace_back(std::make_move_iterator(groups.begin()),
                                        std::make_move_iterator(end));
        groups.erase(groups.begin(), end);
        for (auto const &group : wave) {
            waiting.erase(group.table);
        }
    }
    return waves;
}

namespace {

// The most that one worker has to load of groups [first, end) when each takes the largest that is
// left.
std::uint64_t longest_share(std::vector<LoadGroup> const &groups, std::size_t first,
                            unsigned workers) {
    std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> loads{
        {}, std::vector<std::uint64_t>(workers, 0)};
    std::uint64_t longest = 0;
    for (std::size_t i = first; i < groups.size(); ++i) {
        std::uint64_t const load = loads.top() + groups[i].text_size;
        loads.pop();
        loads.push(load);
        longest = std::max(longest, load);
    }
    return longest;
}

} // namespace

std::vector<LoadGroup> share_largest(std::vector<LoadGroup> groups, unsigned workers,
                                     std::uint64_t slack) {
    workers = std::max(workers, 1U);
    std::uint64_t total = 0;
    for (auto const &group : groups) {
        total += group.text_size;
    }
    for (std::size_t first = 0; first < groups.size(); ++first) {
        if (longest_share(groups, first, workers) <= total / workers + slack) {
            break;
        }
        groups[first].shared = true;
    }
    return groups;
}

LoadList::LoadList(std::vector<LoadGroup> groups, unsigned workers) : current_(workers, nullptr) {
    for (auto &group : groups) {
        auto &list = group.shared ? shared_ : own_;
        list.push_back({std::move(group), 0});
    }
}

std::optional<LoadStep> LoadList::next(unsigned worker) {
    std::scoped_lock const lock{mutex_};
    Progress *&mine = current_.at(worker);
    if (mine == nullptr || mine->left() == 0) {
        mine = choose();
    }
    if (mine == nullptr) {
        return std::nullopt;
    }
    std::size_t const place = mine->taken++;
    return LoadStep{mine->group.blocks[place], !mine->group.shared, place == 0, mine->left() == 0};
}

LoadList::Progress *LoadList::choose() {
    if (untouched_ < own_.size()) {
        return &own_[untouched_++];
    }
    Progress *most = nullptr;
    for (Progress &group : shared_) {
        if (group.left() > (most == nullptr ? 0 : most->left())) {
            most = &group;
        }
    }
    return most;
}

} // namespace pgkeep
