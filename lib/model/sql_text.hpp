// Text that is SQL, made without a connection: quoted identifiers and literals, and names for
// people.
//
// Own functions instead of PQescapeIdentifier because the archive must hold the same bytes on any
// machine and is checked without a server, and because names of SQL_ASCII databases may be bytes of
// no valid encoding. It is safe since every server encoding keeps ASCII bytes to ASCII characters,
// and texts are never sent in another encoding than the database's. A test compares both on hard
// names.
//
// Thread-safety: pure functions. Texts are bytes in the database's encoding.

#pragma once

#include "base/printable.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

[[nodiscard]] std::string quote_identifier(std::string_view name); // "we""ird"
[[nodiscard]] std::string quote_qualified(std::string_view schema,
                                          std::string_view name); // "a"."b"
// 'it''s', or E'…' when there is a backslash.
[[nodiscard]] std::string quote_literal(std::string_view text);

// `COPY "s"."t" ("a", "b") FROM stdin;` — the first line of a block, without its newline. A newline
// inside a name stays as it is, so this "line" may span several. No columns: no parentheses.
[[nodiscard]] std::string copy_in_statement(std::string_view schema, std::string_view table,
                                            std::vector<std::string> const &columns);

// `"name"` for messages, as printable() makes it.
[[nodiscard]] std::string quoted_name(std::string_view name);

// `schema.table` for messages, each name as printable() makes it.
[[nodiscard]] std::string printable_name(std::string_view schema, std::string_view name);

} // namespace pgkeep
