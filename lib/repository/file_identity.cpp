#include "repository/file_identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace pgkeep {

FileIdentity identity_of(struct stat const &status) noexcept {
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
            static_cast<std::uint64_t>(status.st_size),
            status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

std::optional<FileIdentity> identity_in(FileDescriptor const &folder, std::string const &name) {
    struct stat status {};
    if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode)) {
        return std::nullopt;
    }
    return identity_of(status);
}

} // namespace pgkeep
