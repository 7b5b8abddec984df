#include "hot_path.hpp"

#include <atomic>
#include <iterator>

namespace pgkeep::bench {

std::vector<HotPath> all_hot_paths() {
    std::vector<HotPath> paths = compression_paths();
    for (auto more : {block_paths(), catalog_paths()}) {
        paths.insert(paths.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
    }
    return paths;
}

void consume(std::size_t result) {
    static std::atomic<std::size_t> sink;
    sink.store(result, std::memory_order_relaxed);
}

} // namespace pgkeep::bench
