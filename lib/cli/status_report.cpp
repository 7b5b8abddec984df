#include "cli/status_report.hpp"

#include "base/units.hpp"
#include "cli/list_report.hpp"
#include "cli/report_json.hpp"
#include "cli/text_table.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pgkeep {

namespace {

constexpr int kUnknown = 3;

std::string age_of(std::optional<StatusArchive> const &archive, Time now) {
    return archive ? format_age(archive->time, now) : "never";
}

std::string health_word(Health health) {
    switch (health) {
    case Health::good:
        return "ok";
    case Health::no_proof:
        return "NOT PROVEN";
    case Health::too_old:
        return "TOO OLD";
    case Health::newest_failed:
        break;
    }
    return "NEWEST BAD";
}

std::string trend_text(std::optional<int> trend) {
    return trend ? fmt::format("{:+}%", *trend) : "-";
}

int nagios_code(Health health) {
    return health == Health::good ? 0 : health == Health::newest_failed ? 1 : 2;
}

// Labels may not hold quotes or an equals sign.
std::string label(std::string const &database, std::string_view what) {
    std::string name = printable(database);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '\'' || c == '='; }, '_');
    return fmt::format("'{} {}'", name, what);
}

std::string performance(DatabaseStatus const &status, Time now,
                        std::optional<std::chrono::seconds> max_age) {
    std::string out;
    if (status.newest_proven) {
        out += fmt::format(" {}={}s;;{};0", label(status.database, "age"),
                           (now - status.newest_proven->time).count(),
                           max_age ? std::to_string(max_age->count()) : "");
        out +=
            fmt::format(" {}={}B;;;0", label(status.database, "size"), status.newest_proven->size);
    }
    if (status.newest_drilled) {
        out += fmt::format(" {}={}s;;;0", label(status.database, "drill age"),
                           (now - status.newest_drilled->time).count());
    }
    return out;
}

nlohmann::ordered_json archive_json(std::optional<StatusArchive> const &archive, Time now) {
    if (!archive) {
        return {};
    }
    return {{"archive", json_name(archive->path)},
            {"time", format_iso(archive->time)},
            {"age_seconds", (now - archive->time).count()},
            {"checked", format_iso(archive->checked)},
            {"size", archive->size},
            {"rows", archive->rows}};
}

// The line ends at a newline, and a bar would begin the performance data.
std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '|', '/');
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

} // namespace

std::string describe_health(DatabaseStatus const &status, Time now) {
    std::string const name = printable(status.database);
    switch (status.health) {
    case Health::good:
        return {};
    case Health::no_proof:
        return name + ": there is no proven archive";
    case Health::too_old:
        return name + ": the newest proven archive is " +
               format_age(status.newest_proven->time, now) + " old";
    case Health::newest_failed:
        break;
    }
    return name +
           ": the newest archive is damaged or failed its last check; the newest proven one "
           "is " +
           format_age(status.newest_proven->time, now) + " old";
}

std::string format_status(std::vector<DatabaseStatus> const &all, Time now) {
    using enum TextTable::Align;
    TextTable table{{{"database", left},
                     {"state", left},
                     {"newest", right},
                     {"proven", right},
                     {"drilled", right},
                     {"archives", right},
                     {"gaps", right},
                     {"total", right},
                     {"trend", right}}};
    for (DatabaseStatus const &status : all) {
        table.add({printable(status.database), health_word(status.health),
                   age_of(status.newest, now), age_of(status.newest_proven, now),
                   age_of(status.newest_drilled, now), format_count(status.archives),
                   format_count(status.gaps), format_size(status.total_size),
                   trend_text(status.size_trend)});
    }
    return table.text();
}

nlohmann::ordered_json status_json(std::vector<DatabaseStatus> const &all, Time now) {
    auto list = nlohmann::ordered_json::array();
    for (DatabaseStatus const &status : all) {
        nlohmann::ordered_json object;
        object["database"] = json_name(status.database);
        object["system_identifier"] = status.system_identifier;
        object["state"] = health_word(status.health);
        object["newest"] = archive_json(status.newest, now);
        object["newest_proven"] = archive_json(status.newest_proven, now);
        object["newest_drilled"] = archive_json(status.newest_drilled, now);
        object["archives"] = status.archives;
        object["safety_snapshots"] = status.safety_snapshots;
        object["dated_in_the_future"] = status.ahead;
        object["total_size"] = status.total_size;
        object["usual_interval_seconds"] = status.usual_interval.count();
        object["gaps"] = status.gaps;
        object["longest_gap_seconds"] = status.longest_gap.count();
        object["size_trend_percent"] =
            status.size_trend ? nlohmann::ordered_json(*status.size_trend) : nullptr;
        list.push_back(std::move(object));
    }
    return list;
}

NagiosResult nagios_status(std::vector<DatabaseStatus> const &all, Time now,
                           std::optional<std::chrono::seconds> max_age) {
    if (all.empty()) {
        return {nagios_unknown("there are no archives"), kUnknown};
    }
    NagiosResult result;
    std::string text;
    std::string data;
    for (DatabaseStatus const &status : all) {
        result.code = std::max(result.code, nagios_code(status.health));
        if (status.health != Health::good) {
            text += (text.empty() ? "" : "; ") + describe_health(status, now);
        }
        data += performance(status, now, max_age);
    }
    if (text.empty()) {
        text = format_count(all.size(), "database") + " with a proven archive";
    }
    constexpr std::array<std::string_view, 3> kWords{"OK", "WARNING", "CRITICAL"};
    result.line = fmt::format("PGKEEP {} - {} |{}\n", kWords[static_cast<std::size_t>(result.code)],
                              one_line(text), data);
    return result;
}

std::string nagios_unknown(std::string message) {
    return fmt::format("PGKEEP UNKNOWN - {}\n", one_line(std::move(message)));
}

} // namespace pgkeep
