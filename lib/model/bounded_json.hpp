// JSON that somebody else may have written, as far as it is small and shallow.
//
// A parsed value takes up to a hundred times the room of its text (`[[[[…`), so the bound is on the
// text and on how deep it is nested; nothing of ours comes near either.
//
// Thread-safety: pure function.

#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string_view>

namespace pgkeep {

inline constexpr std::size_t kDeepestJson = 16;

// A discarded value (is_discarded(); any access to it throws json::exception) for text that is no
// JSON, longer than `longest`, or nested deeper than kDeepestJson.
[[nodiscard]] nlohmann::json parse_bounded_json(std::string_view text, std::size_t longest);

} // namespace pgkeep
