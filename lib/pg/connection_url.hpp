// Connection URLs as applications write them, turned into what libpq reads.
//
// Drivers behind the scheme (`postgresql+psycopg2://`) and parameters of connection pools and ORMs
// are taken away; `ssl=` becomes `sslmode=`. Everything else is left for libpq to judge.
//
// Thread-safety: pure functions.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// For a URL in which a user name or password stands as it is.
inline constexpr std::string_view kEncodeInUrlHint =
    "In a URL, write special characters of user and password in percent-encoding: @ is %40, : is "
    "%3A, "
    "/ is %2F, ? is %3F, # is %23, % is %25.";

// Whether `text` begins like a URL, of whatever scheme.
[[nodiscard]] bool has_url_scheme(std::string_view text);
// Whether it is one for PostgreSQL.
[[nodiscard]] bool is_postgres_url(std::string_view text);

// Throws Error{usage} for another scheme and for a parameter that nobody knows. `notes` gets a
// sentence for each that was ignored.
[[nodiscard]] std::string normalize_url(std::string_view text, std::vector<std::string> &notes);

} // namespace pgkeep
