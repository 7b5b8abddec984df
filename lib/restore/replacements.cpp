#include "restore/replacements.hpp"

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

constexpr std::size_t kMaxFile = 16 << 20; // far more than anybody restores
constexpr std::size_t kLongestLine = 64 << 10;

std::string path_of(std::string const &repository, std::string const &database) {
    return Repository{repository}.database_folder(database) + "/.replaced";
}

std::optional<Replacement> parse_line(std::string const &text) {
    try {
        json const line = parse_bounded_json(text, kLongestLine);
        auto const time = parse_iso(line.at("time").get<std::string>());
        auto const old_database = whole_number<std::uint32_t>(line.at("old_database"));
        if (!time || !old_database) {
            return std::nullopt;
        }
        return Replacement{*time, line.at("system").get<std::string>(),
                           line.at("safety_snapshot").get<std::string>(), *old_database};
    } catch (json::exception const &) {
        return std::nullopt;
    }
}

// A name that leads out of the folder is none of ours.
bool is_plain_name(std::string const &name) {
    return name.find('/') == std::string::npos && !name.starts_with('.');
}

} // namespace

void record_replacement(std::string const &repository, std::string const &database,
                        Replacement const &replacement) {
    Repository const place{repository};
    place.prepare(database);
    std::string const path = path_of(repository, database);
    FileDescriptor const folder = open_folder(folder_of(path));
    FileDescriptor const fd = open_regular_in(folder, name_of(path), O_WRONLY | O_APPEND | O_CREAT);
    if (!fd.valid()) {
        throw system_error(errno, "cannot open " + path);
    }
    // In front a newline, should an earlier line have been cut: empty lines are passed over.
    json const object{{"time", format_iso(replacement.time)},
                      {"system", replacement.system_identifier},
                      {"safety_snapshot", replacement.safety_snapshot},
                      {"old_database", replacement.old_database}};
    std::string const line =
        "\n" + object.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
    write_all(fd.get(), as_bytes(line), path);
    if (uninterrupted([&] { return ::fsync(fd.get()); }) != 0) {
        throw system_error(errno, "cannot sync " + path);
    }
}

std::vector<Replacement> read_replacements(std::string const &repository,
                                           std::string const &database,
                                           std::string const &system_identifier) {
    std::vector<Replacement> found;
    std::string text;
    try {
        text = read_small_file(path_of(repository, database), kMaxFile);
    } catch (Error const &error) {
        if (error.kind() == ErrorKind::not_found) {
            return found;
        }
        throw;
    }
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        auto replacement = parse_line(line);
        if (replacement && replacement->system_identifier == system_identifier &&
            is_plain_name(replacement->safety_snapshot)) {
            found.push_back(std::move(*replacement));
        }
    }
    return found;
}

} // namespace pgkeep
