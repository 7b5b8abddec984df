#include "cli/drift_report.hpp"

#include "base/units.hpp"
#include "cli/report_json.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

std::string format_differences(DriftReport const &report) {
    std::size_t const places = report.differences.size() + report.only_there.size();
    return format_count(places, "place");
}

std::string format_drift(DriftReport const &report, std::string const &archive) {
    std::string out =
        fmt::format("{:<8} {}: {} in {} compared with {}, {}\n", report.same() ? "same" : "DIFFERS",
                    printable(archive), format_count(report.rows, "row"),
                    format_count(report.manifest.tables.size(), "table"),
                    printable(report.database), format_duration(report.duration));
    for (Difference const &difference : report.differences) {
        out += fmt::format("         {}: the archive has {}, the database {}\n",
                           printable(difference.object), printable(difference.expected),
                           printable(difference.found));
    }
    for (std::string const &table : report.only_there) {
        out += fmt::format("         table {}: the archive does not have it\n", printable(table));
    }
    for (std::string const &note : report.notes) {
        out += fmt::format("         {}\n", printable(note));
    }
    return out;
}

nlohmann::ordered_json drift_json(DriftReport const &report, std::string const &archive) {
    nlohmann::ordered_json object;
    object["archive"] = json_name(archive);
    object["against"] = json_name(report.database);
    object["same"] = report.same();
    object["rows"] = report.rows;
    object["differences"] = nlohmann::ordered_json::array();
    for (Difference const &difference : report.differences) {
        object["differences"].push_back({{"object", printable(difference.object)},
                                         {"archive", printable(difference.expected)},
                                         {"database", printable(difference.found)}});
    }
    object["only_in_database"] = nlohmann::ordered_json::array();
    for (std::string const &table : report.only_there) {
        object["only_in_database"].push_back(json_name(table));
    }
    object["notes"] = report.notes;
    object["seconds"] = json_seconds(report.duration);
    return object;
}

} // namespace pgkeep
