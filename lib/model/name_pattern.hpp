// The name patterns of -n, -N, -t, -T and --exclude-table-data, as psql and pg_dump understand
// them.
//
// `*` is any sequence, `?` any character, `.` divides schema from name, double quotes make what
// they hold literal, everything outside quotes is folded to lower case. Other regular-expression
// characters keep their meaning, except `$` and an empty `[]`, as documented under "Patterns" in
// the manual of psql.
//
// Only turns a pattern into regular expressions; the server applies them (pg_catalog.~ with its own
// collation), so that there is one regular-expression dialect.
//
// Thread-safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

struct NamePattern {
    std::optional<std::string> schema_regex;  // none: a name visible in the search path
    std::string name_regex;                   // both anchored: `^(…)$`
    std::optional<std::string> database = {}; // literal; has to be the current one
};

// For -t and -T. Throws Error{usage} for a pattern with more than two dots outside quotes.
[[nodiscard]] NamePattern parse_table_pattern(std::string_view pattern);
// For -n, -N and --exclude-database: one name. Throws Error{usage} when it has a dot outside
// quotes.
[[nodiscard]] std::string parse_name_pattern(std::string_view pattern);

} // namespace pgkeep
