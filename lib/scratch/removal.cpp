#include "scratch/removal.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace pgkeep {
namespace {

// A data folder has four. Each takes a descriptor and a piece of the stack while it is emptied.
constexpr int kMostLevels = 64;

struct StreamCloser {
    void operator()(DIR *stream) const noexcept { ::closedir(stream); }
};
using FolderStream = std::unique_ptr<DIR, StreamCloser>;

std::error_code last_error() noexcept {
    return {errno, std::generic_category()};
}

FolderStream stream_of(FileDescriptor const &folder) {
    FileDescriptor fd = open_real_folder(folder.get(), ".");
    FolderStream stream{fd.valid() ? ::fdopendir(fd.get()) : nullptr};
    if (stream) {
        fd.release();
    }
    return stream;
}

// Empties one tree. Goes on after a failure, so that as little as possible stays.
class Emptier {
public:
    explicit Emptier(uid_t owner) : owner_(owner) {}

    void empty(FileDescriptor const &folder, int level) {
        struct stat status {};
        if (::fstat(folder.get(), &status) != 0) {
            return note(last_error());
        }
        if (status.st_uid != owner_ || level > kMostLevels) {
            return note(std::make_error_code(std::errc::operation_not_permitted));
        }
        FolderStream const stream = stream_of(folder);
        if (!stream) {
            return note(last_error());
        }
        errno = 0;
        while (dirent const *const entry = ::readdir(stream.get())) {
            std::string_view const name = entry->d_name;
            if (name != "." && name != "..") {
                remove(folder, entry->d_name, level);
            }
            errno = 0;
        }
        if (errno != 0) {
            note(last_error());
        }
    }

    // What is gone already is no failure.
    void note(std::error_code error) noexcept {
        if (!error_ && error != std::errc::no_such_file_or_directory) {
            error_ = error;
        }
    }
    [[nodiscard]] std::error_code first_error() const noexcept { return error_; }

private:
    void remove(FileDescriptor const &folder, char const *name, int level) {
        if (::unlinkat(folder.get(), name, 0) == 0) {
            return;
        }
        if (errno != EISDIR && errno != EPERM) { // EPERM: what POSIX has for a folder
            return note(last_error());
        }
        FileDescriptor const inner = open_real_folder(folder.get(), name);
        if (!inner.valid()) {
            return note(last_error());
        }
        empty(inner, level + 1);
        if (::unlinkat(folder.get(), name, AT_REMOVEDIR) != 0) {
            note(last_error());
        }
    }

    uid_t owner_;
    std::error_code error_;
};

} // namespace

FileDescriptor open_real_folder(int parent, std::string const &name) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    return FileDescriptor{uninterrupted([&] { return ::openat(parent, name.c_str(), kFlags); })};
}

std::error_code remove_tree(FileDescriptor const &folder, std::string const &path) {
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0) {
        return last_error();
    }
    Emptier emptier{status.st_uid};
    emptier.empty(folder, 0);
    if (::rmdir(path.c_str()) != 0) {
        emptier.note(last_error());
    }
    return emptier.first_error();
}

} // namespace pgkeep
