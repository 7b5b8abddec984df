// The version of this build of pgkeep, as CMakeLists.txt gives it.

#pragma once

#include <string_view>

namespace pgkeep {

[[nodiscard]] std::string_view pgkeep_version() noexcept; // `0.1.0`

} // namespace pgkeep
