// What the linked libpq knows: its keywords, their environment variables, and which of them are
// secrets.
//
// Thread-safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct LibpqOption {
    std::string keyword;
    std::string variable; // PGHOST …; empty when there is none
    bool secret = false;
};

[[nodiscard]] std::vector<LibpqOption> const &libpq_options();
[[nodiscard]] LibpqOption const *find_libpq_option(std::string_view keyword);

// The keyword that was probably meant, when one is near enough.
[[nodiscard]] std::optional<std::string> nearest_libpq_option(std::string_view keyword);

} // namespace pgkeep
