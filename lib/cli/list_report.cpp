#include "cli/list_report.hpp"

#include "base/units.hpp"
#include "cli/report_json.hpp"
#include "cli/text_table.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <array>

namespace pgkeep {

namespace {

std::string kind_text(ArchiveState const &entry) {
    bool const ours = entry.provenance() == Provenance::ours;
    std::string kind{ours ? to_string(entry.file.name.kind) : to_string(entry.provenance())};
    return entry.marks.held ? kind + ", held" : kind;
}

// A failure that stands, or else the last one.
Evidence const *telling_check(ArchiveState const &entry) {
    Evidence const *const failure = entry.standing_failure();
    return failure != nullptr ? failure : entry.last_check();
}

std::string evidence_text(ArchiveState const &entry, Time now) {
    if (!entry.marks.anomalies.empty()) {
        return "SUSPICIOUS";
    }
    if (!entry.file.footer && entry.provenance() == Provenance::ours) {
        return "damaged";
    }
    if (entry.file.unknown) {
        return "UNKNOWN";
    }
    Evidence const *check = telling_check(entry);
    if (check == nullptr) {
        return "-";
    }
    std::string const outcome = check->passed       ? printable(check->level)
                                : check->unreadable ? "UNREADABLE"
                                                    : "FAILED";
    return outcome + ' ' + format_age(check->time, now);
}

nlohmann::ordered_json entry_json(ArchiveState const &entry, Time now) {
    nlohmann::ordered_json object;
    ArchiveFile const &file = entry.file;
    object["database"] = file.name.kind == ArchiveKind::globals ? nlohmann::ordered_json{}
                                                                : json_name(file.name.database);
    object["archive"] = json_name(file.path);
    object["time"] = format_iso(file.name.time);
    object["age_seconds"] = (now - file.name.time).count();
    object["size"] = file.size;
    object["kind"] = to_string(file.name.kind);
    object["provenance"] = to_string(entry.provenance());
    object["held"] = entry.marks.held;
    object["anomalies"] = entry.marks.anomalies;
    object["complete"] = file.footer.has_value();
    if (file.footer) {
        object["rows"] = file.footer->rows;
        object["tables"] = file.footer->tables;
    } else {
        object["problem"] = file.problem;
    }
    if (Evidence const *check = telling_check(entry)) {
        object["evidence"] = {{"time", format_iso(check->time)},
                              {"level", check->level},
                              {"passed", check->passed},
                              {"detail", check->detail}};
    }
    return object;
}

} // namespace

std::string format_list(std::vector<ArchiveState> const &entries, Time now) {
    using enum TextTable::Align;
    TextTable table{{{"time", left},
                     {"age", right},
                     {"size", right},
                     {"rows", right},
                     {"kind", left},
                     {"evidence", left},
                     {"database", left}}};
    for (ArchiveState const &entry : entries) {
        ArchiveFile const &file = entry.file;
        table.add({format_iso(file.name.time), format_age(file.name.time, now),
                   format_size(file.size), file.footer ? format_count(file.footer->rows) : "-",
                   kind_text(entry), evidence_text(entry, now),
                   file.name.kind == ArchiveKind::globals ? "-" : printable(file.name.database)});
    }
    return table.text();
}

nlohmann::ordered_json list_json(std::vector<ArchiveState> const &entries, Time now) {
    auto list = nlohmann::ordered_json::array();
    for (ArchiveState const &entry : entries) {
        list.push_back(entry_json(entry, now));
    }
    return list;
}

std::string format_age(Time time, Time now) {
    struct Unit {
        std::string_view name;
        std::int64_t seconds;
    };
    constexpr std::array kUnits{Unit{"d", 86'400}, Unit{"h", 3'600}, Unit{"min", 60}, Unit{"s", 1}};
    std::int64_t const seconds = (now - time).count();
    if (seconds < 0) {
        return "ahead";
    }
    for (Unit const &unit : kUnits) {
        if (seconds >= unit.seconds) {
            return fmt::format("{}{}", seconds / unit.seconds, unit.name);
        }
    }
    return "0s";
}

} // namespace pgkeep
