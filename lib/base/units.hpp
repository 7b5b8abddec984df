// Sizes, counts and durations as people read and write them.
//
// Parsers accept exactly the forms named here; anything else is no value, and the caller says which
// option was wrong.
//
// Thread-safety: pure functions.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

// `512 B`, `4.2 kB`, `1.3 GiB`: powers of 1024, at most four characters before the unit.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

// `1,234,567`
[[nodiscard]] std::string format_count(std::uint64_t count);
// `1 row`, `1,234 rows`
[[nodiscard]] std::string format_count(std::uint64_t count, std::string_view noun);

// `0.8 s`, `42 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

// A whole number with an optional unit k, M, G, T (powers of 1024; `B` or `iB` may follow).
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// Numbers with units ms, s, min, h, d, w, added up (`1d12h`); a bare number is seconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

} // namespace pgkeep
