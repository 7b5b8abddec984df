// Removing the folder of a scratch server, in which its user may change everything meanwhile.
//
// Root does it for that user and lends it none of root's power: symbolic links are removed and
// never followed, every folder is reached through the descriptor of the one above, and nothing is
// removed from a folder of another owner than the topmost has. The owner of a folder may empty it
// anyway.
//
// Thread-safety: pure functions over the file system.

#pragma once

#include "base/file.hpp"

#include <string>
#include <system_error>

namespace pgkeep {

// `name` in `parent`, or a path; not valid, with errno set, for a symbolic link and all that is no
// folder.
[[nodiscard]] FileDescriptor open_real_folder(int parent, std::string const &name);

// Removes what is in `folder` and then `path`, which is its name; the first error, if there is one.
[[nodiscard]] std::error_code remove_tree(FileDescriptor const &folder, std::string const &path);

} // namespace pgkeep
