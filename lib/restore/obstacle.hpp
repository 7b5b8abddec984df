// What stands in the way of a restore, found before anything is created or changed.
//
// All obstacles are collected and reported as one error, each with what to do about it.
//
// Thread-safety: values and pure functions.

#pragma once

#include "base/error.hpp"

#include <string>
#include <vector>

namespace pgkeep {

// One thing that stands in the way: what is wrong, and what to do about it.
struct Obstacle {
    ErrorKind kind = ErrorKind::failed;
    std::string text; // a sentence in lower case without a full stop
    std::string hint; // a sentence, or empty when the text says it
};

struct Obstacles {
    std::vector<Obstacle> list;
    std::vector<std::string> warnings; // what is odd but does not stand in the way

    void add(ErrorKind kind, std::string text, std::string hint = {}) {
        list.push_back({kind, std::move(text), std::move(hint)});
    }
    void add(Error const &error) { add(error.kind(), error.what(), error.hint()); }
    void add_all(ErrorKind kind, std::vector<std::string> const &texts) {
        for (auto const &text : texts) {
            add(kind, text);
        }
    }
};

// The one error for all of `obstacles`, which are not none; its kind is that of the first.
[[nodiscard]] Error combined_error(std::vector<Obstacle> const &obstacles);

} // namespace pgkeep
