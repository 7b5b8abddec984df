#include "cli/metrics_text.hpp"

#include "cli/option_value.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace pgkeep {
namespace {

constexpr std::chrono::hours kCarried{30 * 24};

// Values of one metric by their labels, which are text as it stands in the file.
using Samples = std::map<std::string, std::string>;

std::string seconds_of(Time time) {
    auto const since = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
    return std::to_string(since.count());
}

std::string seconds_of(std::chrono::milliseconds duration) {
    return fmt::format("{}.{:03}", duration.count() / 1000, duration.count() % 1000);
}

std::string database_label(std::string const &database) {
    return "{database=\"" + metrics_label(database) + "\"}";
}

std::string group_label(DatabaseStatus const &status) {
    return "{database=\"" + metrics_label(status.database) + "\",cluster=\"" +
           metrics_label(status.system_identifier) + "\"}";
}

// Nothing for a metric without a sample.
void add_metric(std::string &text, std::string_view name, std::string_view help,
                Samples const &samples) {
    if (samples.empty()) {
        return;
    }
    text += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
    for (auto const &[labels, value] : samples) {
        text += fmt::format("{}{} {}\n", name, labels, value);
    }
}

// The samples of `name` in an older file of ours; lines that are not such are left out.
Samples read_samples(std::string_view text, std::string const &name) {
    Samples samples;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        std::size_t const end = line.rfind("\"} ");
        if (!line.starts_with(name + "{database=\"") || end == std::string_view::npos) {
            continue;
        }
        line.remove_prefix(name.size());
        std::string_view const value = line.substr(end - name.size() + 3);
        bool const number = is_valid_utf8(line) && !value.empty() &&
                            value.find_first_not_of("0123456789.") == std::string_view::npos;
        if (number) {
            samples[std::string{line.substr(0, end - name.size() + 2)}] = value;
        }
    }
    return samples;
}

// What is known of the runs of each database.
struct RunSamples {
    Samples time;
    Samples exit_code;
    Samples duration;
    Samples success;
};

constexpr char kRunTime[] = "pgkeep_last_run_timestamp_seconds";
constexpr char kExitCode[] = "pgkeep_last_exit_code";
constexpr char kDuration[] = "pgkeep_backup_duration_seconds";
constexpr char kSuccess[] = "pgkeep_last_success_timestamp_seconds";

RunSamples carry_over(MetricsInput const &input) {
    RunSamples runs{read_samples(input.previous, kRunTime), read_samples(input.previous, kExitCode),
                    read_samples(input.previous, kDuration),
                    read_samples(input.previous, kSuccess)};
    std::uint64_t const limit = parse_whole_number(seconds_of(input.now - kCarried)).value_or(0);
    Samples const times = runs.time;
    for (auto const &[label, time] : times) {
        if (parse_whole_number(time).value_or(0) < limit) {
            for (Samples *samples : {&runs.time, &runs.exit_code, &runs.duration, &runs.success}) {
                samples->erase(label);
            }
        }
    }
    return runs;
}

RunSamples runs_of(MetricsInput const &input) {
    RunSamples runs = carry_over(input);
    for (BackupOutcome const &backup : input.backups) {
        std::string const label = database_label(backup.database);
        runs.time[label] = seconds_of(backup.ended);
        runs.exit_code[label] = std::to_string(backup.exit_code);
        runs.duration[label] = seconds_of(backup.duration);
        if (backup.exit_code == 0) {
            runs.success[label] = seconds_of(backup.ended);
        }
    }
    // Without a word of a run that succeeded, the newest proven archive is one.
    std::map<std::string, Time> proven;
    for (DatabaseStatus const &status : input.databases) {
        if (status.newest_proven) {
            Time &newest = proven[database_label(status.database)];
            newest = std::max(newest, status.newest_proven->time);
        }
    }
    for (auto const &[label, time] : proven) {
        runs.success.emplace(label, seconds_of(time));
    }
    return runs;
}

void add_runs(std::string &text, MetricsInput const &input) {
    RunSamples const runs = runs_of(input);
    add_metric(text, kSuccess, "End of the last backup run of the database with exit code 0.",
               runs.success);
    add_metric(text, kRunTime, "End of the last backup run of the database, however it ended.",
               runs.time);
    add_metric(text, kExitCode,
               "Exit code of the last backup run of the database: 0 done, 3 needs a look, others "
               "failed.",
               runs.exit_code);
    add_metric(text, kDuration, "Duration of the last backup run of the database.", runs.duration);
}

template <typename Value>
void add_status(std::string &text, MetricsInput const &input, std::string_view name,
                std::string_view help, Value const &value) {
    Samples samples;
    for (DatabaseStatus const &status : input.databases) {
        if (std::optional<std::string> const sample = value(status)) {
            samples[group_label(status)] = *sample;
        }
    }
    add_metric(text, name, help, samples);
}

using Sample = std::optional<std::string>;

Sample time_of(std::optional<StatusArchive> const &archive) {
    return archive ? Sample{seconds_of(archive->time)} : std::nullopt;
}

void add_archives(std::string &text, MetricsInput const &input) {
    using Status = DatabaseStatus const &;
    add_status(text, input, "pgkeep_last_backup_timestamp_seconds",
               "Time of the data in the newest archive, proven or not.",
               [](Status status) { return time_of(status.newest); });
    add_status(text, input, "pgkeep_last_proven_timestamp_seconds",
               "Time of the data in the newest archive that was read back and found right.",
               [](Status status) { return time_of(status.newest_proven); });
    add_status(text, input, "pgkeep_last_drilled_timestamp_seconds",
               "Time of the data in the newest archive that was restored in a drill.",
               [](Status status) { return time_of(status.newest_drilled); });
    add_status(
        text, input, "pgkeep_archive_size_bytes", "Size of the newest archive.", [](Status status) {
            return status.newest ? Sample{std::to_string(status.newest->size)} : std::nullopt;
        });
    add_status(
        text, input, "pgkeep_archive_rows", "Rows in the newest archive.", [](Status status) {
            return status.newest ? Sample{std::to_string(status.newest->rows)} : std::nullopt;
        });
    add_status(text, input, "pgkeep_archives", "Archives, without safety snapshots.",
               [](Status status) { return Sample{std::to_string(status.archives)}; });
}

} // namespace

std::string metrics_label(std::string_view value) {
    std::string out;
    for (char const c : is_valid_utf8(value) ? std::string{value} : printable(value)) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string format_metrics(MetricsInput const &input) {
    std::string text;
    add_archives(text, input);
    add_runs(text, input);
    add_metric(text, "pgkeep_repository_bytes", "Size of all archives of the repository.",
               {{"", std::to_string(input.repository_bytes)}});
    if (input.free_bytes) {
        add_metric(text, "pgkeep_repository_free_bytes",
                   "Bytes that are free in the repository's file system.",
                   {{"", std::to_string(*input.free_bytes)}});
    }
    if (input.run) {
        add_metric(text, "pgkeep_run_timestamp_seconds", "End of the last run.",
                   {{"", seconds_of(input.run->ended)}});
        add_metric(text, "pgkeep_run_exit_code", "Exit code of the last run.",
                   {{"", std::to_string(input.run->exit_code)}});
    }
    return text;
}

} // namespace pgkeep
