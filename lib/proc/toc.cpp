#include "proc/toc.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace pgkeep {
namespace {

// Kinds of which one begins with another. A schema may be called `DATA`, so `TABLE DATA x` can be
// read in two ways; the catalog tells which is right: an entry that is not an object of its own has
// none.
struct LongKind {
    std::string_view kind;
    std::uint32_t catalog;
};
constexpr std::array kLongKinds{
    LongKind{"TABLE DATA", 0},
    LongKind{"TABLE ATTACH", 0},
    LongKind{"INDEX ATTACH", 0},
    LongKind{"SEQUENCE SET", 0},
    LongKind{"SEQUENCE OWNED BY", 0},
    LongKind{"DATABASE PROPERTIES", 0},
    LongKind{"MATERIALIZED VIEW DATA", 0},
    LongKind{"STATISTICS DATA", 0},
    LongKind{"DEFAULT ACL", 826},
    LongKind{"OPERATOR CLASS", 2616},
    LongKind{"OPERATOR FAMILY", 2753},
    LongKind{"SUBSCRIPTION TABLE", 6102},
    LongKind{"PUBLICATION TABLE", 6106},
    LongKind{"PUBLICATION TABLES IN SCHEMA", 6237},
};

// Kinds of more than one word that are the only reading of their first word or words.
constexpr std::array<std::string_view, 21> kSoleKinds{
    "ACCESS METHOD",
    "BLOB METADATA",
    "CHECK CONSTRAINT",
    "EVENT TRIGGER",
    "FK CONSTRAINT",
    "FOREIGN DATA WRAPPER",
    "FOREIGN SERVER",
    "FOREIGN TABLE",
    "LARGE OBJECT",
    "MATERIALIZED VIEW",
    "PROCEDURAL LANGUAGE",
    "ROW SECURITY",
    "SECURITY LABEL",
    "SHELL TYPE",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH TEMPLATE",
    "USER MAPPING",
    "COLUMN STATISTICS",
    "PUBLICATION NAMESPACE",
};

// They describe the dump, its data or the database itself.
constexpr std::array<std::string_view, 13> kNoObjects{"ENCODING",
                                                      "STDSTRINGS",
                                                      "SEARCHPATH",
                                                      "DATABASE",
                                                      "DATABASE PROPERTIES",
                                                      "TABLE DATA",
                                                      "SEQUENCE SET",
                                                      "BLOB",
                                                      "BLOB METADATA",
                                                      "BLOBS",
                                                      "LARGE OBJECT",
                                                      "STATISTICS DATA",
                                                      "MATERIALIZED VIEW DATA"};

bool starts_with_words(std::string_view text, std::string_view words) {
    return text.starts_with(words) && (text.size() == words.size() || text[words.size()] == ' ');
}

std::string_view kind_of(std::string_view text, std::uint32_t catalog) {
    std::string_view best;
    for (auto const &[kind, its_catalog] : kLongKinds) {
        if (its_catalog == catalog && kind.size() > best.size() && starts_with_words(text, kind)) {
            best = kind;
        }
    }
    for (std::string_view const kind : kSoleKinds) {
        if (kind.size() > best.size() && starts_with_words(text, kind)) {
            best = kind;
        }
    }
    return best.empty() ? text.substr(0, text.find(' ')) : best;
}

class LineReader {
public:
    explicit LineReader(std::string_view line) : rest_(line) {}

    template <typename Number>
    bool number(Number &value, std::string_view separator) {
        auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc{}) {
            return false;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return skip(separator);
    }
    bool skip(std::string_view text) {
        if (!rest_.starts_with(text)) {
            return false;
        }
        rest_.remove_prefix(text.size());
        return true;
    }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::string_view rest_;
};

bool is_kind(std::string_view kind) {
    return !kind.empty() && std::all_of(kind.begin(), kind.end(),
                                        [](char c) { return (c >= 'A' && c <= 'Z') || c == ' '; });
}

TocEntry parse_entry(std::string_view line) {
    TocEntry entry;
    LineReader reader{line};
    if (reader.number(entry.dump_id, "; ") && reader.number(entry.catalog, " ") &&
        reader.number(entry.oid, " ")) {
        entry.kind = kind_of(reader.rest(), entry.catalog);
    }
    if (!is_kind(entry.kind)) {
        throw Error{ErrorKind::failed,
                    "cannot read a line of pg_restore's list: " + printable(line),
                    "This version of pg_restore may be newer than this program knows."};
    }
    std::string_view const rest = reader.rest();
    entry.names = rest.substr(std::min(entry.kind.size() + 1, rest.size()));
    return entry;
}

// `;\tdepends on: 12 34`, a comment line of the entry above it.
std::vector<int> parse_dependencies(std::string_view line) {
    constexpr std::string_view kMark = ";\tdepends on:";
    std::vector<int> ids;
    if (!line.starts_with(kMark)) {
        return ids;
    }
    line.remove_prefix(kMark.size());
    int id = 0;
    for (LineReader reader{line}; reader.skip(" ") && reader.number(id, "");) {
        ids.push_back(id);
    }
    return ids;
}

} // namespace

std::vector<TocEntry> parse_toc(std::string_view listing) {
    std::vector<TocEntry> toc;
    while (!listing.empty()) {
        std::size_t const end = std::min(listing.find('\n'), listing.size());
        std::string_view const line = listing.substr(0, end);
        listing.remove_prefix(std::min(end + 1, listing.size()));
        if (!line.empty() && line.front() != ';') {
            toc.push_back(parse_entry(line));
        } else if (!toc.empty()) {
            auto const ids = parse_dependencies(line);
            toc.back().depends_on.insert(toc.back().depends_on.end(), ids.begin(), ids.end());
        }
    }
    return toc;
}

std::map<std::string, std::uint64_t> count_kinds(std::vector<TocEntry> const &toc) {
    std::map<std::string, std::uint64_t> counts;
    for (auto const &entry : toc) {
        if (std::find(kNoObjects.begin(), kNoObjects.end(), entry.kind) == kNoObjects.end()) {
            ++counts[entry.kind];
        }
    }
    return counts;
}

} // namespace pgkeep
