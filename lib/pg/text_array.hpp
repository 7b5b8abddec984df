// The text form of a one-dimensional PostgreSQL array, read and written.
// https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
//
// Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// `{a,"b c",NULL}`; nulls become empty texts. Throws Error{failed} for anything else.
[[nodiscard]] std::vector<std::string> parse_text_array(std::string_view text);

// Every element in quotes, for a parameter of type text[].
[[nodiscard]] std::string format_text_array(std::vector<std::string> const &elements);

// For a parameter of type oid[].
[[nodiscard]] std::string format_oid_array(std::vector<std::uint32_t> const &oids);

} // namespace pgkeep
