#include "repository/repository.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"
#include "repository/folder_scan.hpp"

#include <boost/filesystem.hpp>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

namespace pgkeep {

namespace {

constexpr std::size_t kStampAndMark = 16; // `_YYYYMMDD_HHMMSS`

// What stands in front of the stamp, `shop` of `shop_20260112_120000.sql.gz`.
std::string_view stem_of(std::string_view file_name, ArchiveKind kind) {
    std::string_view const suffix = kind == ArchiveKind::safety ? ".safety.sql.gz" : ".sql.gz";
    return file_name.substr(0, file_name.size() - suffix.size() - kStampAndMark);
}

// The name of a file in the repository's own folder: globals, and archives that others put there.
std::optional<ArchiveName> name_in_top_folder(std::string const &file_name) {
    auto name = parse_archive_name(file_name);
    if (name && name->kind == ArchiveKind::backup && stem_of(file_name, name->kind) == "globals") {
        name->kind = ArchiveKind::globals;
        name->database.clear();
    }
    return name;
}

// The name of a file in a database's folder, when it fits the folder.
std::optional<ArchiveName> name_in_database_folder(std::string const &file_name,
                                                   std::string const &folder) {
    auto name = parse_archive_name(file_name);
    return name && stem_of(file_name, name->kind) == folder ? name : std::nullopt;
}

// Walks the repository; the kinds of folder differ in what a name may be.
class Walk {
public:
    using Visit = Repository::Visit;

    Walk(std::string const &path, Visit visit)
        : path_(path), top_(open_top_folder(path)), visit_(std::move(visit)) {
        if (!top_) {
            throw Error{ErrorKind::not_found, "there is no repository " + path,
                        "Name the folder of the archives with --repository or PGKEEP_REPOSITORY."};
        }
    }

    void top_folder() const {
        for_each_name(*top_, [this](std::string const &file_name) {
            visit(*top_, path_, file_name, name_in_top_folder(file_name));
        });
    }

    void database_folder(std::string const &folder) const {
        auto const fd = open(folder);
        if (!fd) {
            return;
        }
        for_each_name(*fd, [&](std::string const &file_name) {
            visit(*fd, path_ + "/" + folder, file_name, name_in_database_folder(file_name, folder));
        });
    }

    void all() const {
        top_folder();
        for_each_folder([this](std::string const &name) {
            try {
                database_folder(name);
            } catch (UnreadableFolder const &folder) {
                log(LogLevel::warning, "{}; its archives are left out. {}", folder.what(),
                    folder.hint());
            }
        });
    }

    [[nodiscard]] std::vector<std::string> unreadable() const {
        std::vector<std::string> paths;
        for_each_folder([&](std::string const &name) {
            try {
                static_cast<void>(open(name));
            } catch (UnreadableFolder const &) {
                paths.push_back(path_ + "/" + name);
            }
        });
        return paths;
    }

private:
    // Of a database; what stops work on it is no reason to stop that on the others.
    struct UnreadableFolder : Error {
        explicit UnreadableFolder(Error const &error) : Error(error) {}
    };

    [[nodiscard]] std::optional<FileDescriptor> open(std::string const &folder) const {
        try {
            return open_sub_folder(*top_, folder);
        } catch (Error const &error) {
            if (error.kind() == ErrorKind::privilege) {
                throw UnreadableFolder{error};
            }
            throw;
        }
    }

    // Of a name that can be a database's: `lost+found` is none.
    void for_each_folder(std::function<void(std::string const &name)> const &entry) const {
        for_each_name(*top_, [&](std::string const &name) {
            if (decode_file_name(name)) {
                entry(name);
            }
        });
    }

    void visit(FileDescriptor const &folder, std::string const &path, std::string const &file_name,
               std::optional<ArchiveName> name) const {
        if (name) {
            ArchiveFile file;
            file.path = path + "/" + file_name;
            file.name = std::move(*name);
            visit_(folder, file_name, std::move(file));
        }
    }

    std::string const &path_;
    std::optional<FileDescriptor> top_;
    Visit visit_;
};

std::string home_folder() {
    if (char const *const home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return home;
    }
    passwd const *const user = ::getpwuid(::geteuid());
    if (user == nullptr || user->pw_dir == nullptr) {
        throw Error{ErrorKind::configuration, "the home folder of this user is not known",
                    "Name the folder of the archives with --repository or PGKEEP_REPOSITORY."};
    }
    return user->pw_dir;
}

// By its living writer.
bool is_locked(FileDescriptor const &folder, std::string const &name) {
    FileDescriptor const file = open_regular_in(folder, name, O_RDWR);
    return file.valid() &&
           uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0 &&
           errno == EWOULDBLOCK;
}

} // namespace

Repository::Repository(std::string folder) : folder_(std::move(folder)) {
    while (folder_.size() > 1 && folder_.ends_with('/')) {
        folder_.pop_back();
    }
}

std::string Repository::database_folder(std::string const &database) const {
    return database.empty() ? folder_ : folder_ + "/" + encode_file_name(database);
}

void Repository::prepare(std::string const &database) const {
    std::string const path = database_folder(database);
    try {
        make_private_folder(folder_);
        make_private_folder_in(folder_, path);
    } catch (Error const &error) {
        throw Error{error.kind(), error.what(),
                    "Name a folder that this user may write to with --repository."};
    }
    if (boost::filesystem::is_symlink(path) && !database.empty()) {
        throw Error{ErrorKind::failed, path + " is a symbolic link",
                    "Name the folder itself as the repository, or mount it there."};
    }
    if (::access(path.c_str(), W_OK | X_OK) != 0) {
        Error const error = system_error(errno, "cannot write to folder " + path);
        throw Error{error.kind(), error.what(),
                    "Name a folder that this user may write to with --repository."};
    }
}

std::vector<ArchiveFile> Repository::list(std::string const &database) const {
    std::vector<ArchiveFile> files;
    visit(database, [&](FileDescriptor const & /*folder*/, std::string const & /*file_name*/,
                        ArchiveFile file) { files.push_back(std::move(file)); });
    std::sort(files.begin(), files.end(), is_older);
    return files;
}

void Repository::visit(std::string const &database, Visit const &visit) const {
    Walk const walk{
        folder_, [&](FileDescriptor const &folder, std::string const &file_name, ArchiveFile file) {
            bool const wanted = database.empty() || file.name.database == database;
            if (wanted && examine(folder, file_name, file)) {
                visit(folder, file_name, std::move(file));
            }
        }};
    if (database.empty()) {
        walk.all();
    } else {
        walk.top_folder();
        walk.database_folder(encode_file_name(database));
    }
}

void Repository::visit_globals(Visit const &visit) const {
    Walk const walk{
        folder_, [&](FileDescriptor const &folder, std::string const &file_name, ArchiveFile file) {
            if (file.name.kind == ArchiveKind::globals && examine(folder, file_name, file)) {
                visit(folder, file_name, std::move(file));
            }
        }};
    walk.top_folder();
}

std::optional<FileDescriptor> Repository::open_folder_of(ArchiveFile const &file) const {
    auto top = open_top_folder(folder_);
    std::string const inside = file.path.substr(folder_.size() + 1);
    std::size_t const slash = inside.rfind('/');
    return top && slash != std::string::npos ? open_sub_folder(*top, inside.substr(0, slash))
                                             : std::move(top);
}

std::vector<std::string> Repository::databases() const {
    std::set<std::string> names;
    Walk const walk{folder_, [&](FileDescriptor const &folder, std::string const &file_name,
                                 ArchiveFile const &file) {
                        if (!file.name.database.empty() && !names.contains(file.name.database) &&
                            is_regular_file(folder, file_name)) {
                            names.insert(file.name.database);
                        }
                    }};
    walk.all();
    return {names.begin(), names.end()};
}

bool Repository::knows(std::string const &database) const {
    bool found = false;
    Walk const walk{
        folder_,
        [&](FileDescriptor const &folder, std::string const &file_name, ArchiveFile const &file) {
            found = found || (file.name.database == database && is_regular_file(folder, file_name));
        }};
    walk.top_folder();
    walk.database_folder(encode_file_name(database));
    return found;
}

std::vector<std::string> Repository::unreadable_folders() const {
    return Walk{folder_, {}}.unreadable();
}

std::vector<std::string> Repository::sweep(std::string const &database) const {
    std::vector<std::string> removed;
    auto folder = open_top_folder(folder_);
    if (folder && !database.empty()) {
        folder = open_sub_folder(*folder, encode_file_name(database));
    }
    if (!folder) {
        return removed;
    }
    for_each_name(*folder, [&](std::string const &name) {
        if (is_temporary_name(name) && is_regular_file(*folder, name) &&
            !is_locked(*folder, name) && ::unlinkat(folder->get(), name.c_str(), 0) == 0) {
            removed.push_back(name);
        }
    });
    std::sort(removed.begin(), removed.end());
    return removed;
}

bool is_older(ArchiveFile const &a, ArchiveFile const &b) {
    return std::tie(a.name.time, a.name.database, a.path) <
           std::tie(b.name.time, b.name.database, b.path);
}

std::string default_repository() {
    return ::geteuid() == 0 ? "/var/backups/pgkeep" : home_folder() + "/.local/state/pgkeep";
}

} // namespace pgkeep
