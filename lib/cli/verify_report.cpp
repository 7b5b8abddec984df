#include "cli/verify_report.hpp"

#include "base/units.hpp"
#include "cli/report_json.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

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

std::string verdict(VerifyReport const &report) {
    if (!report.passed()) {
        return report.level == VerifyLevel::drill ? "FAILED" : "DAMAGED";
    }
    return report.untried.empty() ? "ok" : "UNTRIED";
}

} // namespace

std::string_view level_name(VerifyLevel level) noexcept {
    switch (level) {
    case VerifyLevel::quick:
        return "quick";
    case VerifyLevel::checksum:
        return "checksum";
    case VerifyLevel::drill:
        break;
    }
    return "drill";
}

std::string format_verify_report(VerifyReport const &report) {
    std::string out =
        fmt::format("{:<8} {}: {}\n", verdict(report), printable(report.path), facts(report));
    for (Finding const &finding : report.findings) {
        out += "         " + printable(finding.text()) + '\n';
    }
    if (!report.untried.empty()) {
        out += "         no drill: " + printable(report.untried) + '\n';
    }
    for (std::string const &note : report.notes) {
        out += "         " + printable(note) + '\n';
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
    if (!report.untried.empty()) {
        object["untried"] = printable(report.untried);
    }
    object["notes"] = report.notes;
    object["findings"] = nlohmann::ordered_json::array();
    for (Finding const &finding : report.findings) {
        object["findings"].push_back(finding_json(finding));
    }
    object["seconds"] = json_seconds(report.duration);
    return object;
}

} // namespace pgkeep
