// An archive of ours without its end: how far it can be read, and what stands there.
//
// Thread-safety: pure functions over a source.

#pragma once

#include "archive/check.hpp"
#include "base/bytes.hpp"

#include <optional>

namespace pgkeep {

// Where its text stops, and in which table; no value when all of the text can be read, so that only
// what follows it is wrong.
[[nodiscard]] std::optional<Finding> find_stop(ByteSource const &source);

} // namespace pgkeep
