// JSON that somebody else may have written, as far as it is small and shallow.
//
// A parsed value takes up to a hundred times the room of its text (`[[[[…`), so the bound is on the
// text and on how deep it is nested; nothing of ours comes near either.
//
// Thread-safety: pure functions.

#pragma once

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace pgkeep {

inline constexpr std::size_t kDeepestJson = 16;

// A discarded value (is_discarded(); any access to it throws json::exception) for text that is no
// JSON, longer than `longest`, or nested deeper than kDeepestJson.
[[nodiscard]] nlohmann::json parse_bounded_json(std::string_view text, std::size_t longest);

// None for anything else than a whole number that fits. get() would cut it to another one, and what
// it makes of 1e30 is undefined.
template <std::integral Number>
[[nodiscard]] std::optional<Number> whole_number(nlohmann::json const &value) {
    if (value.is_number_unsigned()) {
        auto const number = value.get<std::uint64_t>();
        return std::in_range<Number>(number) ? std::optional{static_cast<Number>(number)}
                                             : std::nullopt;
    }
    if (value.is_number_integer()) {
        auto const number = value.get<std::int64_t>();
        return std::in_range<Number>(number) ? std::optional{static_cast<Number>(number)}
                                             : std::nullopt;
    }
    return std::nullopt;
}

} // namespace pgkeep
