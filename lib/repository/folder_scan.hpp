// Reading folders of the repository without following a symbolic link that someone put there.
//
// Every file is opened relative to its folder's descriptor, so that a folder that is exchanged
// meanwhile changes nothing.
//
// Thread-safety: pure functions over the file system.

#pragma once

#include "base/file.hpp"
#include "repository/repository.hpp"

#include <functional>
#include <optional>
#include <string>

namespace pgkeep {

// The repository's own folder may be reached through links: the operator named it. No value when it
// does not exist. Throws Error{privilege} that names the owner of a folder that this user may not
// read, as the next one does.
[[nodiscard]] std::optional<FileDescriptor> open_top_folder(std::string const &path);
// `name` inside `parent`; no value when there is no such folder, or it is a symbolic link.
[[nodiscard]] std::optional<FileDescriptor> open_sub_folder(FileDescriptor const &parent,
                                                            std::string const &name);

// Calls `entry` for each name in the folder, `.` and `..` left out.
void for_each_name(FileDescriptor const &folder,
                   std::function<void(std::string const &name)> const &entry);

[[nodiscard]] bool is_regular_file(FileDescriptor const &folder, std::string const &name);

// Opens a regular file of the folder with `flags`; new ones are 0600 and belong to the folder's
// owner (see give_to_owner_of()). Not valid, with errno set, when that is not possible or `name` is
// something else, or has a hard link and is to be written.
[[nodiscard]] FileDescriptor open_regular_in(FileDescriptor const &folder, std::string const &name,
                                             int flags);

// The content of a small file of the folder; empty when there is none.
struct SmallFile {
    std::string content;
    // errno when there is something that cannot be read to its end, or is no file of ours (larger
    // than `limit`, or not a regular file); `content` is empty then.
    int error = 0;
};
[[nodiscard]] SmallFile read_small_in(FileDescriptor const &folder, std::string const &name,
                                      std::size_t limit);

// Fills in size, identity, footer and problem of `file`, whose last path component is `name` in
// `folder`. False when it is gone or no regular file.
[[nodiscard]] bool examine(FileDescriptor const &folder, std::string const &name,
                           ArchiveFile &file);

} // namespace pgkeep
