// Which file a name meant, so that whoever acts on it later can tell whether it still does.
//
// Thread-safety: values; identity_in() reads the file system.

#pragma once

#include "base/file.hpp"

#include <cstdint>
#include <optional>
#include <string>

struct stat;

namespace pgkeep {

struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified = 0; // nanoseconds since 1970
    bool operator==(FileIdentity const &) const = default;

    // The device left out: its number may be another one after a restart of the machine.
    [[nodiscard]] bool same_content_as(FileIdentity const &other) const noexcept {
        return inode == other.inode && size == other.size && modified == other.modified;
    }
};

[[nodiscard]] FileIdentity identity_of(struct stat const &status) noexcept;

// Of the regular file `name` in `folder`; no value for anything else, symbolic links among them.
[[nodiscard]] std::optional<FileIdentity> identity_in(FileDescriptor const &folder,
                                                      std::string const &name);

} // namespace pgkeep
