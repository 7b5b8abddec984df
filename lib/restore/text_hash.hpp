// XXH3-128 of a text that comes in pieces: whether two passes over a file saw the same.
//
// Thread-safety: one thread at a time.

#pragma once

#include "base/hash.hpp"

#include <memory>
#include <string_view>

namespace pgkeep {

class TextHash {
public:
    TextHash();
    ~TextHash();
    TextHash(TextHash const &) = delete;
    TextHash &operator=(TextHash const &) = delete;
    void add(std::string_view piece) noexcept;
    [[nodiscard]] Hash128 value() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pgkeep
