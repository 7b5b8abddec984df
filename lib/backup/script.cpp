#include "backup/script.hpp"

#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

// psql reads the comment before the script has set an encoding.
std::string ascii(std::string_view text) {
    std::string out;
    for (char const c : printable(text)) {
        auto const byte = static_cast<unsigned char>(c);
        out += byte < 0x80 ? std::string(1, c) : fmt::format("\\x{:02X}", byte);
    }
    return out;
}

} // namespace

std::string head_comment(Origin const &origin) {
    return fmt::format("--\n"
                       "-- {} of database {} at {}, by pgkeep {}\n"
                       "--\n"
                       "-- Restore it into a new, empty database with\n"
                       "--   gunzip -c ARCHIVE | psql -X -v ON_ERROR_STOP=1 -d NEW_DATABASE\n"
                       "-- or, in parallel and proven, with\n"
                       "--   pgkeep-restore --into=NEW_DATABASE ARCHIVE\n"
                       "--\n\n",
                       origin.kind == ArchiveKind::safety ? "Safety snapshot" : "Backup",
                       ascii(origin.database), format_iso(origin.snapshot_time),
                       origin.pgkeep_version);
}

std::string settings_before_data(std::string const &encoding) {
    return "SET client_encoding = " + quote_literal(encoding) +
           ";\n"
           "SET standard_conforming_strings = on;\n"
           "SET lc_monetary = 'C';\n\n";
}

std::string sequence_statements(std::vector<SequenceEntry> const &sequences) {
    std::string text;
    for (SequenceEntry const &sequence : sequences) {
        text += fmt::format("SELECT pg_catalog.setval({}, {}, {});\n",
                            quote_literal(quote_qualified(sequence.schema, sequence.name)),
                            sequence.last_value, sequence.is_called);
    }
    return text.empty() ? text : text + "\n";
}

std::string unrestrict_line(std::string const &key) {
    return key.empty() ? std::string{} : "\\unrestrict " + key + "\n\n";
}

} // namespace pgkeep
