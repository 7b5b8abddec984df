#include "cli/restore_report.hpp"

#include "base/units.hpp"
#include "cli/report_json.hpp"
#include "cli/text_table.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

// What the proof says of one object: `same`, `DIFFERENT`, or what was not compared.
std::string verdict(RowDigest const &expected, std::optional<RowDigest> const &found,
                    RestoreCheck check) {
    if (!found) {
        return check == RestoreCheck::none ? "not compared" : "MISSING";
    }
    if (check == RestoreCheck::counts) {
        return expected.rows == found->rows ? "not compared" : "DIFFERENT";
    }
    return expected == *found ? "same" : "DIFFERENT";
}

std::string table_verdict(RestoreReport const &report, std::size_t table) {
    TableEntry const &entry = report.manifest.tables[table];
    if (!entry.has_data) {
        return "left out of the archive";
    }
    return table < report.found.tables.size()
               ? verdict(entry.proof, report.found.tables[table], report.check)
               : "not compared";
}

std::string rows_text(RestoreReport const &report, std::size_t table) {
    bool const known = table < report.found.tables.size() && report.found.tables[table].has_value();
    return known ? format_count(report.found.tables[table]->rows) : "-";
}

std::uint64_t same_sequences(RestoreReport const &report) {
    std::uint64_t same = 0;
    for (std::size_t i = 0; i < report.found.sequences.size(); ++i) {
        auto const &found = report.found.sequences[i];
        same += found && *found == report.manifest.sequences.at(i) ? 1 : 0;
    }
    return same;
}

std::string format_sequences(RestoreReport const &report) {
    std::size_t const expected = report.manifest.sequences.size();
    if (expected == 0 || report.found.sequences.empty()) {
        return {};
    }
    std::uint64_t const same = same_sequences(report);
    return fmt::format("{} of {} sequences have the value of the archive\n", same, expected);
}

std::string format_large_objects(RestoreReport const &report) {
    LargeObjectsEntry const &expected = report.manifest.large_objects;
    if (expected.count == 0 || !report.found.large_objects) {
        return {};
    }
    LargeObjectsEntry const &found = *report.found.large_objects;
    bool const same = expected.count == found.count &&
                      (report.check == RestoreCheck::counts || expected.proof == found.proof);
    return fmt::format("{} of {} large objects, {}\n", format_count(found.count),
                       format_count(expected.count), same ? "same" : "DIFFERENT");
}

nlohmann::ordered_json table_json(RestoreReport const &report, std::size_t table) {
    TableEntry const &entry = report.manifest.tables[table];
    nlohmann::ordered_json object;
    object["schema"] = json_name(entry.schema);
    object["name"] = json_name(entry.name);
    object["rows"] = entry.proof.rows;
    if (table < report.found.tables.size() && report.found.tables[table]) {
        object["restored_rows"] = report.found.tables[table]->rows;
    }
    object["content"] = table_verdict(report, table);
    return object;
}

} // namespace

std::string format_plan(std::vector<std::string> const &plan) {
    std::string out;
    std::size_t number = 0;
    for (std::string const &step : plan) {
        out += fmt::format("{:>2}. {}\n", ++number, printable(step));
    }
    return out;
}

std::string format_proof(RestoreReport const &report) {
    using enum TextTable::Align;
    TextTable table{
        {{"table", left}, {"rows in archive", right}, {"rows restored", right}, {"content", left}}};
    for (std::size_t i = 0; i < report.manifest.tables.size(); ++i) {
        TableEntry const &entry = report.manifest.tables[i];
        table.add({printable_name(entry.schema, entry.name), format_count(entry.proof.rows),
                   rows_text(report, i), table_verdict(report, i)});
    }
    return table.text() + format_sequences(report) + format_large_objects(report);
}

std::string format_summary(RestoreReport const &report) {
    std::string out =
        fmt::format("{}: restored from {} in {} (loading {}, proof {}){}\n",
                    printable(report.target), printable(report.archive),
                    format_duration(report.duration), format_duration(report.load_duration),
                    format_duration(report.proof_duration), report.proven ? "" : ", NOT PROVEN");
    if (!report.safety_snapshot.empty()) {
        out += fmt::format("safety snapshot of what was there before: {}\n",
                           printable(report.safety_snapshot));
    }
    return out + format_swap(report);
}

std::string format_swap(RestoreReport const &report) {
    std::string out;
    if (report.swap_duration.count() > 0) {
        out += fmt::format("{}: names swapped in {} ms\n", printable(report.target),
                           report.swap_duration.count());
    }
    if (!report.old_database.empty()) {
        out += fmt::format("what was there before is kept as database \"{}\"\n",
                           printable(report.old_database));
    }
    if (!report.old_database.empty() || !report.safety_snapshot.empty()) {
        out += "to go back: pgkeep-restore --undo, with the same -d\n";
    }
    return out;
}

nlohmann::ordered_json restore_json(RestoreReport const &report) {
    nlohmann::ordered_json object;
    object["target"] = json_name(report.target);
    object["archive"] = json_name(report.archive);
    object["database"] = json_name(report.manifest.origin.database);
    if (report.manifest.origin.snapshot_time != Time{}) {
        object["snapshot_time"] = format_iso(report.manifest.origin.snapshot_time);
    }
    object["proven"] = report.proven;
    object["safety_snapshot"] = json_name(report.safety_snapshot);
    object["old_database"] = json_name(report.old_database);
    object["plan"] = report.plan;
    object["warnings"] = report.warnings;
    object["tables"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < report.manifest.tables.size(); ++i) {
        object["tables"].push_back(table_json(report, i));
    }
    object["rows"] = report.manifest.total_rows();
    object["seconds"] = json_seconds(report.duration);
    object["load_seconds"] = json_seconds(report.load_duration);
    object["proof_seconds"] = json_seconds(report.proof_duration);
    object["swap_seconds"] = json_seconds(report.swap_duration);
    return object;
}

} // namespace pgkeep
