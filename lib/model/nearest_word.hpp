// The word that someone probably meant, for "did you mean".
//
// Thread-safety: pure functions.

#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace pgkeep {

// How many letters have to be inserted, removed, changed or swapped with their neighbour.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The only one of `words` that begins with `word`, else the nearest, the first among equals, else
// the first that begins with `word`. Nearest means that at most a third of the word's letters
// differ, but one always may.
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view word,
                                                           std::span<std::string_view const> words);

} // namespace pgkeep
