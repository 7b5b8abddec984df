#include "repository/evidence.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "model/archive_name.hpp"
#include "model/bounded_json.hpp"
#include "model/sql_text.hpp"
#include "repository/folder_scan.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace pgkeep {

namespace {

using nlohmann::json;

// Ten years of four checks a day stay below; a larger file is none of ours.
constexpr std::size_t kMaxEvidence = 16 << 20;
// Longer details would not be written with one write().
constexpr std::size_t kMaxDetail = 2000;
// Six characters for each of the detail, and the rest.
constexpr std::size_t kLongestLine = 64 << 10;

std::string to_line(std::uint64_t size, Footer const &footer, Evidence const &evidence) {
    json const line{{"time", format_iso(evidence.time)},
                    {"level", evidence.level},
                    {"passed", evidence.passed},
                    {"version", evidence.version},
                    {"milliseconds", evidence.milliseconds},
                    {"detail", printable(evidence.detail.substr(0, kMaxDetail))},
                    {"system", evidence.system_identifier},
                    {"database", encode_file_name(evidence.database)}, // may be no UTF-8
                    {"part", evidence.part},
                    {"unreadable", evidence.unreadable},
                    {"size", size},
                    {"sha256", to_hex(ByteView{footer.sha256})}};
    return line.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
}

std::optional<Evidence> parse_line(std::string const &text, std::uint64_t size,
                                   std::string const &sha256) {
    try {
        json const line = parse_bounded_json(text, kLongestLine);
        if (whole_number<std::uint64_t>(line.at("size")) != size || line.at("sha256") != sha256) {
            return std::nullopt;
        }
        auto const time = parse_iso(line.at("time").get<std::string>());
        auto const milliseconds = whole_number<std::uint64_t>(line.at("milliseconds"));
        if (!time || !milliseconds) {
            return std::nullopt;
        }
        return Evidence{*time,
                        printable(line.at("level").get<std::string>()),
                        line.at("passed").get<bool>(),
                        printable(line.at("version").get<std::string>()),
                        *milliseconds,
                        printable(line.at("detail").get<std::string>()),
                        printable(line.value("system", std::string{})),
                        decode_file_name(line.value("database", std::string{})).value_or(""),
                        line.value("part", false),
                        line.value("unreadable", false)};
    } catch (json::exception const &) {
        return std::nullopt;
    }
}

// Whether an earlier line was cut, by a full disk for example.
bool ends_in_half_a_line(int fd) {
    char last = '\n';
    struct stat status {};
    return ::fstat(fd, &status) == 0 && status.st_size > 0 &&
           ::pread(fd, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

} // namespace

int strength_of(std::string_view level) noexcept {
    return level == evidence_level::kQuick ? 0 : level == evidence_level::kChecksum ? 1 : 2;
}

std::string evidence_path(std::string const &archive_path) {
    std::size_t const slash = archive_path.rfind('/');
    std::size_t const name = slash == std::string::npos ? 0 : slash + 1;
    return archive_path.substr(0, name) + "." + archive_path.substr(name) + ".evidence";
}

// One write() with O_APPEND, unless the system cuts it, so that two runs that verify the same
// archive do not mix their lines.
void record_evidence(std::string const &archive_path, std::uint64_t size, Footer const &footer,
                     Evidence const &evidence) {
    std::string const path = evidence_path(archive_path);
    FileDescriptor const folder = open_folder(folder_of(path));
    FileDescriptor const fd = open_regular_in(folder, name_of(path), O_RDWR | O_APPEND | O_CREAT);
    if (!fd.valid()) {
        throw system_error(errno, "cannot open " + path);
    }
    std::string const line =
        (ends_in_half_a_line(fd.get()) ? "\n" : "") + to_line(size, footer, evidence);
    write_all(fd.get(), as_bytes(line), path);
}

std::vector<Evidence> current_evidence(std::string const &archive_path, std::uint64_t size,
                                       Footer const &footer) {
    auto const folder = open_top_folder(folder_of(archive_path));
    return folder ? current_evidence(*folder, name_of(archive_path), size, footer)
                  : std::vector<Evidence>{};
}

std::vector<Evidence> current_evidence(FileDescriptor const &folder,
                                       std::string const &archive_name, std::uint64_t size,
                                       Footer const &footer) {
    auto const [content, error] = read_small_in(folder, evidence_path(archive_name), kMaxEvidence);
    if (error != 0) {
        throw system_error(error, "cannot read its evidence");
    }
    std::vector<Evidence> all;
    std::string const sha256 = to_hex(ByteView{footer.sha256});
    std::size_t begin = 0;
    while (begin < content.size()) {
        std::size_t const end = std::min(content.find('\n', begin), content.size());
        if (auto evidence = parse_line(content.substr(begin, end - begin), size, sha256)) {
            all.push_back(std::move(*evidence));
        }
        begin = end + 1;
    }
    return all;
}

} // namespace pgkeep
