// The parts of the archive's text that are neither schema nor data: comments, sequences, the
// closing lines.
//
// Everything here is ASCII, except names inside statements, which are bytes in the database's
// encoding.
//
// Thread-safety: pure functions.

#pragma once

#include "model/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

[[nodiscard]] std::string head_comment(Origin const &origin);

// One setval statement for each sequence.
[[nodiscard]] std::string sequence_statements(std::vector<SequenceEntry> const &sequences);

// Around the data. pg_dump's own settings leave lc_monetary to chance: under another one than that
// of the source, a value of type money is refused or read as another amount.
// The schema's own settings (client_encoding, standard_conforming_strings) are those of pg_dump's
// session, which a role or database may have set to anything; ours are stated again for the
// statements that we write.
[[nodiscard]] std::string settings_before_data(std::string const &encoding);
inline constexpr std::string_view kAfterData = "RESET lc_monetary;\n\n";

// `\unrestrict KEY`, so that nothing but comments follows; empty without a key.
[[nodiscard]] std::string unrestrict_line(std::string const &key);

// The last lines of a script, by which people and programs see that it is whole.
inline constexpr std::string_view kDumpEnding = "--\n-- PostgreSQL database dump complete\n--\n";
inline constexpr std::string_view kClusterDumpEnding =
    "--\n-- PostgreSQL database cluster dump complete\n--\n";

} // namespace pgkeep
