#include "repository/replacements.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "model/bounded_json.hpp"
#include "repository/folder_scan.hpp"
#include "repository/repository.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <sstream>

namespace pgkeep {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxReplacements = 16 << 20; // far more than anybody restores
constexpr std::size_t kLongestReplacement = 64 << 10;

constexpr char const *kReplacedFile = ".replaced";
constexpr char const *kAnnounced = "announced"; // the state of a line; of a recorded one: none

std::optional<Replacement> parse_replacement(std::string const &text) {
    try {
        json const line = parse_bounded_json(text, kLongestReplacement);
        auto const time = parse_iso(line.at("time").get<std::string>());
        auto const old_database = whole_number<std::uint32_t>(line.at("old_database"));
        if (!time || !old_database) {
            return std::nullopt;
        }
        return Replacement{*time,
                           line.at("system").get<std::string>(),
                           line.at("safety_snapshot").get<std::string>(),
                           *old_database,
                           line.value("transaction", std::string{}),
                           line.value("state", std::string{}) != kAnnounced};
    } catch (json::exception const &) {
        return std::nullopt;
    }
}

// A name that leads out of the folder is none of ours.
bool is_plain_name(std::string const &name) {
    return name.find('/') == std::string::npos && !name.starts_with('.');
}

bool announces(Replacement const &earlier, Replacement recorded) {
    recorded.recorded = false;
    return earlier == recorded;
}

std::string folder_in(std::string const &repository, std::string const &database) {
    return Repository{repository}.database_folder(database);
}

FileDescriptor open_replacements(std::string const &repository, std::string const &database) {
    Repository{repository}.prepare(database);
    std::string const path = folder_in(repository, database) + "/" + kReplacedFile;
    FileDescriptor const folder = open_folder(folder_of(path));
    FileDescriptor fd = open_regular_in(folder, kReplacedFile, O_WRONLY | O_APPEND | O_CREAT);
    if (!fd.valid()) {
        throw system_error(errno, "cannot open " + path);
    }
    return fd;
}

void append_replacement(std::string const &repository, std::string const &database,
                        json const &object) {
    FileDescriptor const fd = open_replacements(repository, database);
    std::string const path = folder_in(repository, database) + "/" + kReplacedFile;
    // In front a newline, should an earlier line have been cut: empty lines are passed over.
    std::string const line =
        "\n" + object.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
    write_all(fd.get(), as_bytes(line), path);
    if (uninterrupted([&] { return ::fsync(fd.get()); }) != 0) {
        throw system_error(errno, "cannot sync " + path);
    }
}

json to_json(Replacement const &replacement) {
    json object{{"time", format_iso(replacement.time)},
                {"system", replacement.system_identifier},
                {"safety_snapshot", replacement.safety_snapshot},
                {"old_database", replacement.old_database}};
    if (!replacement.transaction.empty()) {
        object["transaction"] = replacement.transaction;
    }
    return object;
}

} // namespace

void announce_replacement(std::string const &repository, std::string const &database,
                          Replacement const &replacement) {
    json object = to_json(replacement);
    object["state"] = kAnnounced;
    append_replacement(repository, database, object);
}

void record_replacement(std::string const &repository, std::string const &database,
                        Replacement const &replacement) {
    append_replacement(repository, database, to_json(replacement));
}

void require_recordable(std::string const &repository, std::string const &database) {
    static_cast<void>(open_replacements(repository, database));
}

std::vector<Replacement> read_replacements(std::string const &folder,
                                           std::string const &system_identifier) {
    std::vector<Replacement> found;
    std::string text;
    try {
        text = read_small_file(folder + "/" + kReplacedFile, kMaxReplacements);
    } catch (Error const &error) {
        if (error.kind() == ErrorKind::not_found) {
            return found;
        }
        throw;
    }
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        auto replacement = parse_replacement(line);
        if (!replacement || replacement->system_identifier != system_identifier ||
            !is_plain_name(replacement->safety_snapshot)) {
            continue;
        }
        if (replacement->recorded && !found.empty() && announces(found.back(), *replacement)) {
            found.pop_back();
        }
        found.push_back(std::move(*replacement));
    }
    return found;
}

} // namespace pgkeep
