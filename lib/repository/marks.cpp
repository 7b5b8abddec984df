#include "repository/marks.hpp"

#include "base/error.hpp"
#include "base/folder.hpp"
#include "model/bounded_json.hpp"
#include "model/sql_text.hpp"
#include "repository/folder_scan.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>

namespace pgkeep {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxMark = 64 << 10;

void write_mark(std::string const &archive_path, std::string const &kind,
                std::string const &content) {
    std::string const name = mark_path(name_of(archive_path), kind);
    PublishedFile file{folder_of(archive_path), name_of(archive_path)};
    file.give_to_owner_of_folder();
    file.append(as_bytes(content));
    file.commit(name, PublishedFile::Replace::allowed);
}

// For the text of a mark that somebody reads years later.
std::string who() {
    passwd const *const user = ::getpwuid(::geteuid());
    std::array<char, 256> host{};
    static_cast<void>(::gethostname(host.data(), host.size() - 1));
    return fmt::format("{}@{}",
                       user == nullptr ? std::to_string(::geteuid()) : std::string{user->pw_name},
                       host.data());
}

std::optional<Adoption> parse_adoption(std::string const &text) {
    try {
        json const object = parse_bounded_json(text, kMaxMark);
        auto const time = parse_iso(object.at("time").get<std::string>());
        auto const inode = whole_number<std::uint64_t>(object.at("inode"));
        auto const size = whole_number<std::uint64_t>(object.at("size"));
        auto const modified = whole_number<std::int64_t>(object.at("modified"));
        if (!time || !inode || !size || !modified) {
            return std::nullopt;
        }
        FileIdentity file;
        file.inode = *inode;
        file.size = *size;
        file.modified = *modified;
        return Adoption{*time, file, printable(object.at("sha256").get<std::string>()),
                        printable(object.at("system").get<std::string>())};
    } catch (json::exception const &) {
        return std::nullopt;
    }
}

std::vector<std::string> lines_of(std::string const &text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t const end = std::min(text.find('\n', begin), text.size());
        if (end > begin) {
            lines.push_back(printable(text.substr(begin, end - begin)));
        }
        begin = end + 1;
    }
    return lines;
}

// When it cannot be known: yes.
bool may_exist(FileDescriptor const &folder, std::string const &name) {
    struct stat status {};
    return ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 ||
           errno != ENOENT;
}

std::vector<std::string> read_anomalies(FileDescriptor const &folder, std::string const &name) {
    if (!may_exist(folder, name)) {
        return {};
    }
    auto lines = lines_of(read_small_in(folder, name, kMaxMark).content);
    return lines.empty() ? std::vector<std::string>{"an anomaly that cannot be read"} : lines;
}

} // namespace

std::string mark_path(std::string const &archive, std::string const &kind) {
    std::size_t const name = archive.rfind('/') + 1; // 0 without a slash
    return archive.substr(0, name) + "." + archive.substr(name) + "." + kind;
}

bool is_held(FileDescriptor const &folder, std::string const &archive_name) {
    return may_exist(folder, mark_path(archive_name, mark_kind::kHold));
}

Marks read_marks(FileDescriptor const &folder, std::string const &archive_name,
                 FileIdentity const &file) {
    Marks marks;
    marks.held = is_held(folder, archive_name);
    std::string const adopted = mark_path(archive_name, mark_kind::kAdopted);
    marks.adoption = parse_adoption(read_small_in(folder, adopted, kMaxMark).content);
    if (marks.adoption && !marks.adoption->file.same_content_as(file)) {
        marks.adoption.reset();
    }
    marks.anomalies = read_anomalies(folder, mark_path(archive_name, mark_kind::kAnomaly));
    return marks;
}

// A prune locks the archive, looks for the mark, and removes; the other way round here, so that one
// of the two always sees the other.
void hold(std::string const &archive_path, Time now) {
    FileDescriptor const folder = open_folder(folder_of(archive_path));
    FileDescriptor const archive = open_regular_in(folder, name_of(archive_path), O_RDONLY);
    if (!archive.valid()) {
        throw system_error(errno, "cannot open " + archive_path);
    }
    while (::flock(archive.get(), LOCK_SH) != 0) {
        if (errno != EINTR) {
            throw system_error(errno, "cannot lock " + archive_path);
        }
    }
    struct stat status {};
    if (::fstat(archive.get(), &status) != 0 || status.st_nlink == 0) {
        throw Error{ErrorKind::not_found, archive_path + " was removed meanwhile"};
    }
    write_mark(archive_path, mark_kind::kHold,
               fmt::format("held by {} at {}\n", printable(who()), format_iso(now)));
}

void mark_adopted(std::string const &archive_path, Adoption const &adoption) {
    json const object{{"time", format_iso(adoption.time)},   {"by", printable(who())},
                      {"inode", adoption.file.inode},        {"size", adoption.file.size},
                      {"modified", adoption.file.modified},  {"sha256", adoption.sha256},
                      {"system", adoption.system_identifier}};
    write_mark(archive_path, mark_kind::kAdopted,
               object.dump(-1, ' ', true, json::error_handler_t::replace) + "\n");
}

void mark_anomalies(std::string const &archive_path, std::vector<std::string> const &anomalies) {
    std::string text;
    for (std::string const &anomaly : anomalies) {
        text += printable(anomaly) + "\n";
    }
    write_mark(archive_path, mark_kind::kAnomaly, text.substr(0, kMaxMark));
}

bool release(std::string const &archive_path) {
    FileDescriptor const folder = open_folder(folder_of(archive_path));
    bool released = false;
    for (char const *kind : {mark_kind::kHold, mark_kind::kAnomaly}) {
        std::string const path = mark_path(archive_path, kind);
        if (::unlinkat(folder.get(), name_of(path).c_str(), 0) == 0) {
            released = true;
        } else if (errno != ENOENT) {
            throw system_error(errno, "cannot remove " + path);
        }
    }
    return released;
}

} // namespace pgkeep
