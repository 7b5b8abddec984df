// Folders in which files are made, replaced and removed by name.
//
// Thread-safety: pure functions over the file system.

#pragma once

#include "base/file.hpp"

#include <string>

namespace pgkeep {

// Makes `path` and its missing parents with mode 0700. An existing folder is left as it is.
void make_private_folder(std::string const &path);

// As make_private_folder(), of the folder `path` in `parent`, which exists. One that is made
// belongs to the owner of `parent`, see give_to_owner_of().
void make_private_folder_in(std::string const &parent, std::string const &path);

// Gives what root has just made in a folder of another user to that user and the folder's group,
// who could else neither read nor remove it later. For other users, and in folders of root, nothing
// changes. Where the file system refuses it (NFS), it stays as it is.
// REQUIRES: `made` is a descriptor of a file or folder that this process created.
void give_to_owner_of(FileDescriptor const &folder, FileDescriptor const &made) noexcept;

// openat() with `flags` in a folder. A file that it has to create is 0600 and given to the folder's
// owner; one that was there keeps its own.
[[nodiscard]] FileDescriptor open_or_create(FileDescriptor const &folder, std::string const &name,
                                            int flags);

// The folder `path`, to reach what is in it with openat() and its like; reading its list takes
// another opening. Where the last part of `path` is a symbolic link, root or this user must have
// made it: somebody else who may write beside it could put a link in the place of the folder after
// we looked, and lead what we write to elsewhere. Throws Error{failed} for such a link, else what
// system_error() makes of it.
[[nodiscard]] FileDescriptor open_folder(std::string const &path);

// The two parts of a path: `.` and the name when it has no slash.
[[nodiscard]] std::string folder_of(std::string const &path);
[[nodiscard]] std::string name_of(std::string const &path);

} // namespace pgkeep
