// The private folder of a scratch server: made, locked while its owner lives, removed, and swept
// when the owner died.
//
// `<parent>/pgkeep-scratch-<six random characters>` has mode 0700 and belongs to the server's user.
// The file `lock` inside is held with flock by the program that made it, so a folder whose lock can
// be taken is one of a dead run. The lock exists from the moment that the file has its name; a
// folder without it is left alone.
//
// Whoever runs in that server may change everything in the folder, root's programs too when root
// made it: nothing in it is reached through a path or a symbolic link, and no process is ended that
// is not of that user and at work in the data folder.
//
// Thread-safety: none.

#pragma once

#include "base/file.hpp"
#include "scratch/account.hpp"

#include <string>
#include <vector>

namespace pgkeep {

class ScratchFolder {
public:
    // Throws Error{configuration} when the path would be too long for a socket or the account
    // cannot reach it.
    ScratchFolder(std::string const &parent, ScratchAccount const &account);
    ~ScratchFolder(); // removes it; the server must have ended
    ScratchFolder(ScratchFolder const &) = delete;
    ScratchFolder &operator=(ScratchFolder const &) = delete;

    [[nodiscard]] std::string const &path() const noexcept { return path_; }
    // Creates a file (0600). Of the folder itself, whatever its user may have put in the place of
    // path().
    [[nodiscard]] FileDescriptor create_file(std::string const &name) const;
    // The server's log; append only.
    [[nodiscard]] int log_fd() const noexcept { return log_.get(); }
    [[nodiscard]] std::string log_text() const;
    // Renames it to `pgkeep-kept-…`, which no sweep touches, and removes nothing any more; returns
    // the new path.
    std::string keep();

private:
    void prepare(ScratchAccount const &account);

    std::string path_;
    FileDescriptor folder_;
    FileDescriptor lock_;
    FileDescriptor log_;
};

// Where scratch folders go when nobody said: $TMPDIR when the account can reach it and it is short
// enough, else /tmp.
[[nodiscard]] std::string default_scratch_parent(ScratchAccount const &account);

// Ends the servers and removes the folders of dead runs of this user in `parent`; returns their
// paths. Leaves everything alone of which it is not sure.
std::vector<std::string> sweep_scratch_folders(std::string const &parent,
                                               ScratchAccount const &account);

} // namespace pgkeep
