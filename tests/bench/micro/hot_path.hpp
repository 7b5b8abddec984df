// The paths whose speed counts, each as a name and a piece of work that can be done again and
// again. Two programs use them: one measures their time, one their instructions.
//
// prepare() makes the input, which is not measured, and returns the work, which is.
//
// Thread-safety: one thread.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace pgkeep::bench {

struct Work {
    std::function<void()> run;
    std::size_t bytes = 0; // that one run handles
};

struct HotPath {
    std::string name; // `deflate/6/json`
    std::function<Work()> prepare;
};

[[nodiscard]] std::vector<HotPath> compression_paths();
[[nodiscard]] std::vector<HotPath> block_paths();
[[nodiscard]] std::vector<HotPath> catalog_paths(); // index and manifest

[[nodiscard]] std::vector<HotPath> all_hot_paths();

// What was computed is used, so that no compiler leaves it out.
void consume(std::size_t result);

} // namespace pgkeep::bench
