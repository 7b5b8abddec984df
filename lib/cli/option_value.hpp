// Whether a text is a value of an option, and what to say when it is not.
//
// Thread-safety: pure functions.

#pragma once

#include "base/error.hpp"
#include "cli/option_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

// Throws Error{kind, "<where>: …"} whose hint says what would be right.
void check_option_value(OptionSpec const &option, std::string const &value,
                        std::string const &where, ErrorKind kind);

// Digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_whole_number(std::string_view text);

// `on`, `true`, `yes`, `1` and their opposites, as switches have it in the configuration file.
[[nodiscard]] std::optional<bool> parse_switch(std::string_view text);

} // namespace pgkeep
