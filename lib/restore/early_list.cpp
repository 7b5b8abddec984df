#include "restore/early_list.hpp"

#include <algorithm>
#include <utility>

namespace pgkeep {

EarlyList::EarlyList(std::vector<EarlyObject> objects, std::map<std::uint32_t, std::size_t> blocks)
    : waiting_(std::make_move_iterator(objects.begin()), std::make_move_iterator(objects.end())),
      blocks_(std::move(blocks)) {
    std::erase_if(blocks_, [](auto const &table) { return table.second == 0; });
    for (EarlyObject const &object : waiting_) {
        for (std::uint32_t const table : object.tables) {
            left_[table] += object.cost;
        }
    }
}

void EarlyList::block_loaded(std::uint32_t table) {
    std::scoped_lock const lock{mutex_};
    auto const found = blocks_.find(table);
    if (found != blocks_.end() && --found->second == 0) {
        blocks_.erase(found);
        changed_.notify_all();
    }
}

std::optional<EarlyObject> EarlyList::next(std::stop_token const &token) {
    std::unique_lock lock{mutex_};
    auto chosen = waiting_.end();
    changed_.wait(lock, token, [&] {
        chosen = choose();
        return chosen != waiting_.end() || waiting_.empty() || (blocks_.empty() && running_ == 0);
    });
    if (chosen == waiting_.end() || token.stop_requested()) {
        return std::nullopt;
    }
    EarlyObject object = std::move(*chosen);
    waiting_.erase(chosen);
    start(object);
    return object;
}

void EarlyList::start(EarlyObject const &object) {
    ++running_;
    for (std::uint32_t const table : object.tables) {
        Use &use = used_[table];
        ++use.users;
        use.exclusive = object.exclusive;
    }
    if (waiting_.empty()) {
        changed_.notify_all(); // nothing is left for those that wait
    }
}

void EarlyList::built(EarlyObject const &object) {
    std::scoped_lock const lock{mutex_};
    --running_;
    built_.insert(object.dump_id);
    built_.insert(object.remarks.begin(), object.remarks.end());
    for (std::uint32_t const table : object.tables) {
        left_[table] -= object.cost;
        if (--used_[table].users == 0) {
            used_.erase(table);
        }
    }
    changed_.notify_all();
}

std::set<int> EarlyList::all_built() const {
    std::scoped_lock const lock{mutex_};
    return built_;
}

bool EarlyList::is_ready(EarlyObject const &object) const {
    if ((object.all_rows && !blocks_.empty()) ||
        !std::includes(built_.begin(), built_.end(), object.after.begin(), object.after.end())) {
        return false;
    }
    return std::none_of(object.tables.begin(), object.tables.end(), [&](std::uint32_t table) {
        auto const use = used_.find(table);
        return blocks_.contains(table) ||
               (use != used_.end() && (object.exclusive || use->second.exclusive));
    });
}

std::uint64_t EarlyList::left_to_build(EarlyObject const &object) const {
    std::uint64_t most = 0;
    for (std::uint32_t const table : object.tables) {
        most = std::max(most, left_.at(table));
    }
    return most;
}

std::list<EarlyObject>::iterator EarlyList::choose() {
    auto best = waiting_.end();
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
        if (is_ready(*at) &&
            (best == waiting_.end() || left_to_build(*at) > left_to_build(*best))) {
            best = at;
        }
    }
    return best;
}

} // namespace pgkeep
