// The JSON of manifest lines: names that may be any bytes, and proofs. Private to lib/model.
//
// A name that is valid UTF-8 is a JSON string; any other is {"hex": "…"}, so that every name comes
// back exactly.
//
// Thread-safety: pure functions. Readers throw Error{damaged} that names the field.

#pragma once

#include "base/hash.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

[[nodiscard]] nlohmann::json bytes_to_json(std::string_view bytes);
[[nodiscard]] nlohmann::json list_to_json(std::vector<std::string> const &list);
// Adds `rows`, `bytes` and `hash`.
void add_proof(nlohmann::json &line, RowDigest const &proof);

[[nodiscard]] nlohmann::json const &field(nlohmann::json const &line, char const *name);
[[nodiscard]] std::string bytes_field(nlohmann::json const &line, char const *name);
[[nodiscard]] std::vector<std::string> list_field(nlohmann::json const &line, char const *name);
[[nodiscard]] std::string bytes_of(nlohmann::json const &value, char const *name);
[[nodiscard]] bool bool_field(nlohmann::json const &line, char const *name);
[[nodiscard]] std::int64_t
int_field(nlohmann::json const &line, char const *name,
          std::int64_t lowest = std::numeric_limits<std::int64_t>::min());
[[nodiscard]] std::uint64_t
count_field(nlohmann::json const &line, char const *name,
            std::uint64_t highest = std::numeric_limits<std::uint64_t>::max());
[[nodiscard]] RowDigest proof_of(nlohmann::json const &line);

} // namespace pgkeep
