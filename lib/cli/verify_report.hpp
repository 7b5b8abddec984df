// What pgkeep-verify says of an archive.
//
// Thread-safety: pure functions.

#pragma once

#include "verify/verify.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace pgkeep {

// `ok       <path>: 1,234 rows in 5 tables, 4.2 MiB, checksum, 0.8 s`, or `DAMAGED  <path>` (of a
// drill `FAILED`) with one indented line a finding.
[[nodiscard]] std::string format_verify_report(VerifyReport const &report);

// `quick`, `checksum`, `drill`.
[[nodiscard]] std::string_view level_name(VerifyLevel level) noexcept;

[[nodiscard]] nlohmann::ordered_json verify_json(VerifyReport const &report);

} // namespace pgkeep
