// Recognising the statement that opens COPY data in a script.
//
// Thread-safety: pure function.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

// The table as `statement` spells it (`public.users`, `"a"."b"`) when it is `COPY … FROM stdin`,
// whatever its options; else nothing.
[[nodiscard]] std::optional<std::string> copy_target(std::string_view statement);

} // namespace pgkeep
