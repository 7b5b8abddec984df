// Pieces that the JSON documents of the three programs share.
//
// Thread-safety: pure functions.

#pragma once

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string_view>

namespace pgkeep {

// A name of the database: a string, or {"hex": "…"} when its bytes are not UTF-8, as in the
// manifest.
[[nodiscard]] nlohmann::ordered_json json_name(std::string_view name);

// Seconds with their milliseconds.
[[nodiscard]] double json_seconds(std::chrono::milliseconds duration);

// Sets `error`, `hint` and `exit_code` of one of several things that were done. Secrets are left
// out.
void add_failure(nlohmann::ordered_json &object, Error const &error);

} // namespace pgkeep
