#include "cli/verify_report.hpp"

#include "base/units.hpp"
#include "cli/report_json.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

std::string_view level_name(CheckLevel level) {
    return level == CheckLevel::quick ? "quick" : "checksum";
}

std::string facts(VerifyReport const &report) {
    return fmt::format("{} in {}, {}, {}, {}", format_count(report.rows, "row"),
                       format_count(report.tables, "table"), format_size(report.size),
                       level_name(report.level), format_duration(report.duration));
}

nlohmann::ordered_json finding_json(Finding const &finding) {
    nlohmann::ordered_json object;
    if (finding.offset) {
        object["offset"] = *finding.offset;
    }
    object["object"] = finding.object;
    object["message"] = finding.message;
    return object;
}

} // namespace

std::string format_verify_report(VerifyReport const &report) {
    std::string out = fmt::format("{:<8} {}: {}\n", report.passed() ? "ok" : "DAMAGED",
                                  printable(report.path), facts(report));
    for (Finding const &finding : report.findings) {
        out += "         " + printable(finding.text()) + '\n';
    }
    if (!report.outcome_note.empty()) {
        out += "         " + printable(report.outcome_note) + '\n';
    }
    return out;
}

nlohmann::ordered_json verify_json(VerifyReport const &report) {
    nlohmann::ordered_json object;
    object["archive"] = json_name(report.path);
    object["passed"] = report.passed();
    object["level"] = level_name(report.level);
    object["size"] = report.size;
    object["tables"] = report.tables;
    object["rows"] = report.rows;
    if (!report.database.empty()) {
        object["database"] = json_name(report.database);
    }
    if (!report.outcome_note.empty()) {
        object["note"] = report.outcome_note;
    }
    object["findings"] = nlohmann::ordered_json::array();
    for (Finding const &finding : report.findings) {
        object["findings"].push_back(finding_json(finding));
    }
    object["seconds"] = json_seconds(report.duration);
    return object;
}

} // namespace pgkeep
