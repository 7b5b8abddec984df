// The table of contents of a schema archive, as `pg_restore -l` prints it.
//
// What cannot be misread are the numbers and the word for the kind. Names in that list are not
// quoted in a way that could be undone (a space may be part of a name, or a newline in it), so
// relations are known by oid, and `names` is only good for guesses that something else confirms.
//
// Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct TocEntry {
    int dump_id = 0;
    std::uint32_t catalog =
        0; // oid of the system catalog: 1259 is pg_class, 3079 pg_extension, 2613 large objects
    std::uint32_t oid = 0;
    std::string kind;            // `TABLE`, `SEQUENCE OWNED BY`, `FK CONSTRAINT` …
    std::string names;           // `<schema> <name> <owner>`, as it is; `-` when there is no schema
    std::vector<int> depends_on; // dump ids, some of entries that are not in the archive; only of a
                                 // list made with --verbose
};

inline constexpr std::uint32_t kCatalogRelation = 1259;
inline constexpr std::uint32_t kCatalogExtension = 3079;

// Throws Error{failed} for an entry line of an unknown form; header lines (`;`) are passed over.
[[nodiscard]] std::vector<TocEntry> parse_toc(std::string_view listing);

// Entries by kind, without the kinds that describe the dump and no object (ENCODING, STDSTRINGS,
// SEARCHPATH, DATABASE …).
[[nodiscard]] std::map<std::string, std::uint64_t> count_kinds(std::vector<TocEntry> const &toc);

} // namespace pgkeep
