#include "model/comparison.hpp"
#include "model/sql_text.hpp"
#include "verify/script_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pgkeep {

namespace {

using StatementRows = std::map<std::string_view, RowDigest>;
using Setvals = std::map<std::string_view, std::pair<std::string_view, bool>>;

std::string_view beginning_of_setval() {
    return "SELECT pg_catalog.setval(";
}

StatementRows rows_by_statement(ScriptReport const &script) {
    StatementRows rows;
    for (ScannedTable const &table : script.tables) {
        rows[table.statement] += table.rows;
    }
    return rows;
}

// A table without rows need not have a block.
std::optional<RowDigest> take_rows(StatementRows &rows, TableEntry const &table) {
    std::string const statement = copy_in_statement(table.schema, table.name, table.columns);
    auto const found = rows.find(statement);
    if (found == rows.end()) {
        return table.proof.rows == 0 ? std::optional{RowDigest{}} : std::nullopt;
    }
    RowDigest const digest = found->second;
    rows.erase(found);
    return digest;
}

// `SELECT pg_catalog.setval('"a"."b"', 12, true);` -> the literal, the value as written, whether it
// was called.
Setvals parse_setvals(ScriptReport const &script) {
    Setvals values;
    for (std::string_view text : script.setvals) {
        text.remove_prefix(beginning_of_setval().size());
        std::size_t const called = text.rfind(", ");
        std::size_t const value = called == 0 ? called : text.rfind(", ", called - 1);
        if (called != std::string_view::npos && value != std::string_view::npos) {
            values[text.substr(0, value)] = {text.substr(value + 2, called - value - 2),
                                             text.substr(called) == ", true);"};
        }
    }
    return values;
}

std::optional<SequenceEntry> find_sequence(Setvals const &values, SequenceEntry const &wanted) {
    auto const found = values.find(quote_literal(quote_qualified(wanted.schema, wanted.name)));
    if (found == values.end()) {
        return std::nullopt;
    }
    auto const &[text, is_called] = found->second;
    SequenceEntry sequence{wanted.schema, wanted.name, 0, is_called};
    auto const [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), sequence.last_value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{sequence}
                                                                    : std::nullopt;
}

} // namespace

void compare_script(ScriptReport const &script, Manifest const &manifest, VerifyReport &report) {
    StatementRows rows = rows_by_statement(script);
    Setvals const setvals = parse_setvals(script);
    Findings found;
    for (TableEntry const &table : manifest.tables) {
        found.tables.push_back(take_rows(rows, table));
    }
    for (SequenceEntry const &sequence : manifest.sequences) {
        found.sequences.push_back(find_sequence(setvals, sequence));
    }
    // The text has the objects' content; how many there are stands in pre-data, whose form is
    // pg_dump's.
    found.large_objects = LargeObjectsEntry{manifest.large_objects.count, script.large_objects};
    for (Difference &difference : compare(manifest, found, CheckDepth::content)) {
        report.findings.push_back(
            {std::nullopt, std::move(difference.object),
             fmt::format("the manifest says {}, the script has {}", difference.expected,
                         difference.found == "missing" ? "nothing of it" : difference.found)});
    }
    for (auto const &[statement, digest] : rows) {
        report.findings.push_back(
            {std::nullopt, "script",
             fmt::format("{} rows stand behind `{}`, which the manifest does not know", digest.rows,
                         printable(statement.substr(0, 200)))});
    }
}

} // namespace pgkeep
