// Text from anywhere, made safe to show: it cannot steer a terminal, nor look like another text.
//
// Thread-safety: pure functions.

#pragma once

#include <string>
#include <string_view>

namespace pgkeep {

// Bytes that are not UTF-8, control characters, and characters that show nothing but change how
// others are read (directions of writing, joiners, variation selectors) become `\xNN` for each
// byte.
[[nodiscard]] std::string printable(std::string_view text);

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

} // namespace pgkeep
