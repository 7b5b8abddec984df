#include "cli/backup_report.hpp"

#include "base/units.hpp"
#include "cli/report_json.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

std::string backup_line(std::string const &database, BackupReport const &report) {
    return fmt::format("{}: {}: {} in {}, {} ({} of text), {}, {}\n", printable(database),
                       printable(report.archive), format_count(report.manifest.total_rows(), "row"),
                       format_count(report.manifest.tables.size(), "table"),
                       format_size(report.size), format_size(report.text_size),
                       format_duration(report.duration),
                       report.drilled   ? "read back, restored and proven"
                       : report.checked ? "read back and proven"
                                        : "not checked");
}

std::string globals_line(GlobalsReport const &report) {
    return fmt::format("globals: {}: {}\n", printable(report.archive), format_size(report.size));
}

nlohmann::ordered_json backup_json(std::string const &database, BackupReport const &report) {
    nlohmann::ordered_json object;
    object["database"] = json_name(database);
    object["archive"] = json_name(report.archive);
    object["snapshot_time"] = format_iso(report.manifest.origin.snapshot_time);
    object["size"] = report.size;
    object["text_size"] = report.text_size;
    object["tables"] = report.manifest.tables.size();
    object["rows"] = report.manifest.total_rows();
    object["sequences"] = report.manifest.sequences.size();
    object["large_objects"] = report.manifest.large_objects.count;
    object["seconds"] = json_seconds(report.duration);
    object["check_seconds"] = json_seconds(report.check_duration);
    object["verified"] = report.drilled ? "drill" : report.checked ? "checksum" : "none";
    if (!report.untried.empty()) {
        object["untried"] = report.untried;
    }
    if (!report.left_out.empty()) {
        object["left_out"] = report.left_out;
    }
    if (!report.anomalies.empty()) {
        object["anomalies"] = report.anomalies;
    }
    return object;
}

nlohmann::ordered_json globals_json(GlobalsReport const &report) {
    return {{"archive", json_name(report.archive)},
            {"size", report.size},
            {"warnings", report.warnings}};
}

} // namespace pgkeep
