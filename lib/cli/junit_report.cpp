#include "cli/junit_report.hpp"

#include "base/units.hpp"
#include "cli/verify_report.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgkeep {

namespace {

// printable() has taken away the control characters, which XML 1.0 does not have.
std::string escaped(std::string const &text) {
    std::string out;
    for (char const c : printable(text)) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string seconds(std::chrono::milliseconds duration) {
    return fmt::format("{:.3f}", static_cast<double>(duration.count()) / 1000);
}

std::string file_name(std::string const &path) {
    return path.substr(path.rfind('/') + 1);
}

// Lines stay lines.
std::string escaped_lines(std::vector<std::string> const &lines) {
    std::string out;
    for (std::string const &line : lines) {
        out += escaped(line) + '\n';
    }
    return out;
}

} // namespace

void JunitReport::add(VerifyReport const &report) {
    Case result;
    result.group = report.database.empty() ? "unknown" : report.database;
    result.name = file_name(report.path) + " " + std::string{level_name(report.level)};
    result.duration = report.duration;
    std::vector<std::string> lines;
    for (Finding const &finding : report.findings) {
        lines.push_back(finding.text());
    }
    if (!report.passed()) {
        result.element = "failure";
        result.message = report.findings.front().text();
        result.details = escaped_lines(lines);
    } else if (!report.untried.empty()) {
        result.element = "skipped";
        result.message = report.untried;
    }
    std::vector<std::string> notes = report.notes;
    if (!report.outcome_note.empty()) {
        notes.push_back(report.outcome_note);
    }
    notes.push_back(fmt::format("{} in {}, {}", format_count(report.rows, "row"),
                                format_count(report.tables, "table"), format_size(report.size)));
    result.output = escaped_lines(notes);
    cases_.push_back(std::move(result));
}

void JunitReport::add_error(std::string const &path, Error const &error) {
    Case result;
    result.group = "unknown";
    result.name = file_name(path);
    result.element = "error";
    result.message = error.what();
    result.details = escaped_lines({error.hint()});
    cases_.push_back(std::move(result));
}

std::string JunitReport::text() const {
    auto const count = [this](std::string_view element) {
        return std::count_if(cases_.begin(), cases_.end(),
                             [&](Case const &one) { return one.element == element; });
    };
    std::chrono::milliseconds total{0};
    for (Case const &one : cases_) {
        total += one.duration;
    }
    std::string const numbers = fmt::format(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"", cases_.size(),
        count("failure"), count("error"), count("skipped"), seconds(total));
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
                      "name=\"pgkeep-verify\" " +
                      numbers + ">\n";
    for (Case const &one : cases_) {
        out += fmt::format("    <testcase classname=\"pgkeep.{}\" name=\"{}\" time=\"{}\">\n",
                           escaped(one.group), escaped(one.name), seconds(one.duration));
        if (!one.element.empty()) {
            out += fmt::format("      <{0} message=\"{1}\">{2}</{0}>\n", one.element,
                               escaped(one.message), one.details);
        }
        if (!one.output.empty()) {
            out += fmt::format("      <system-out>{}</system-out>\n", one.output);
        }
        out += "    </testcase>\n";
    }
    return out + "  </testsuite>\n</testsuites>\n";
}

} // namespace pgkeep
