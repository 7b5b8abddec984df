#include "cli/prune_report.hpp"

#include "base/units.hpp"
#include "cli/list_report.hpp"
#include "cli/report_json.hpp"
#include "cli/text_table.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {
namespace {

std::string file_name(PruneEntry const &entry) {
    std::string const &path = entry.state.file.path;
    return path.substr(path.rfind('/') + 1);
}

// What a person can do something about, beside retention's own reasons.
std::vector<std::string> remarks(PruneEntry const &entry) {
    std::vector<std::string> remarks = entry.verdict.reasons;
    if (!entry.state.marks.anomalies.empty()) {
        remarks.emplace_back("anomaly that nobody has released");
    }
    if (entry.item.adopted) {
        remarks.emplace_back("adopted");
    }
    return remarks;
}

std::string verdict_word(PruneEntry const &entry) {
    return entry.verdict.keep ? "keep" : "remove";
}

} // namespace

std::string why_text(PruneEntry const &entry) {
    std::string text;
    for (std::string const &remark : remarks(entry)) {
        text += (text.empty() ? "" : "; ") + remark;
    }
    return text;
}

std::string format_prune_plan(PrunePlan const &plan, Time now) {
    if (plan.entries.empty()) {
        return {};
    }
    using enum TextTable::Align;
    TextTable table{
        {{"archive", left}, {"age", right}, {"size", right}, {"verdict", left}, {"why", left}}};
    for (PruneEntry const &entry : plan.entries) {
        table.add({printable(file_name(entry)), format_age(entry.item.time, now),
                   format_size(entry.item.size), verdict_word(entry), why_text(entry)});
    }
    return table.text();
}

std::string format_prune_summary(std::string const &database, PrunePlan const &plan,
                                 PruneResult const *result) {
    return fmt::format("{}: {} of {} {}, {} {}\n", printable(database),
                       result == nullptr ? plan.condemned : result->removed.size(),
                       format_count(plan.entries.size(), "archive"),
                       result == nullptr ? "would be removed" : "removed",
                       format_size(result == nullptr ? plan.condemned_size : result->freed),
                       result == nullptr ? "would be free" : "freed");
}

nlohmann::ordered_json prune_plan_json(PrunePlan const &plan, Time now) {
    auto list = nlohmann::ordered_json::array();
    for (PruneEntry const &entry : plan.entries) {
        list.push_back({{"archive", json_name(entry.state.file.path)},
                        {"time", format_iso(entry.item.time)},
                        {"age_seconds", (now - entry.item.time).count()},
                        {"size", entry.item.size},
                        {"kind", to_string(entry.item.kind)},
                        {"provenance", to_string(entry.state.provenance())},
                        {"cluster", entry.item.system_identifier},
                        {"proven", entry.item.proven && !entry.item.damaged},
                        {"keep", entry.verdict.keep},
                        {"reasons", remarks(entry)}});
    }
    return list;
}

nlohmann::ordered_json prune_result_json(PruneResult const &result) {
    auto removed = nlohmann::ordered_json::array();
    for (std::string const &path : result.removed) {
        removed.push_back(json_name(path));
    }
    auto spared = nlohmann::ordered_json::array();
    for (PruneResult::Spared const &archive : result.spared) {
        spared.push_back({{"archive", json_name(archive.path)},
                          {"why", archive.why},
                          {"failed", archive.failed}});
    }
    return {{"removed", removed}, {"spared", spared}, {"freed", result.freed}};
}

} // namespace pgkeep
