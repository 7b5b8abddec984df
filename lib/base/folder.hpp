// Folders in which files are made, replaced and removed by name.
//
// Thread-safety: pure functions over the file system.

#pragma once

#include "base/file.hpp"

#include <string>

namespace pgkeep {

// Makes `path` and its missing parents with mode 0700. An existing folder is left as it is.
void make_private_folder(std::string const &path);

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
