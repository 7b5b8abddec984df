// The folder of archives: `<repository>/<database>/<database>_<stamp>.sql.gz`.
//
// Lists what is there, finds the archive that an operator means, and gives a backup its place.
// Never follows a symbolic link inside the repository and never touches a file that it did not
// write.
//
// Thread-safety: const functions may be called from several threads; the content may change between
// two calls, by other processes too.

#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "gzip/footer.hpp"
#include "model/archive_name.hpp"
#include "repository/file_identity.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// A file of the repository whose name is an archive's.
struct ArchiveFile {
    std::string path;
    ArchiveName name;
    std::uint64_t size = 0;
    std::optional<Footer> footer; // none: not written by us, or damaged
    std::string problem;          // why there is no footer, for people
    // It begins or ends as ours do, but its footer is missing or damaged.
    bool broken = false;
    // Nobody can tell what it is: it cannot be read, a later version wrote it, or there is evidence
    // of ours beside it and nothing of ours in it.
    bool unknown = false;
    Time changed{}; // the last time, by the file system; a copy is new
    FileIdentity identity = {};

    [[nodiscard]] bool is_ours() const noexcept { return footer.has_value() || broken; }
};

// The order of lists: by time, then by database and path.
[[nodiscard]] bool is_older(ArchiveFile const &a, ArchiveFile const &b);

class Repository {
public:
    explicit Repository(std::string folder);

    [[nodiscard]] std::string const &folder() const noexcept { return folder_; }
    [[nodiscard]] std::string database_folder(std::string const &database) const;
    // Makes the folders (0700); that of a database belongs to the owner of the repository, also
    // when root makes it. Throws Error{privilege} with a hint when that is not possible.
    void prepare(std::string const &database) const;

    // Archives of `database`, or of all (globals too) when it is empty; oldest first, then by name.
    // Temporary and other files are left out.
    [[nodiscard]] std::vector<ArchiveFile> list(std::string const &database = {}) const;
    [[nodiscard]] std::vector<std::string> databases() const;
    // Whether databases() would name it; nobody else's folder is looked at.
    [[nodiscard]] bool knows(std::string const &database) const;
    // Folders of databases that this user may not read. What goes through all databases leaves them
    // out with a warning, and its caller says at the end that it did not see everything; what is
    // for one database throws Error{privilege} for its folder.
    [[nodiscard]] std::vector<std::string> unreadable_folders() const;

    // What list() collects, one by one and in no order, with the folder that the file is in.
    using Visit = std::function<void(FileDescriptor const &folder, std::string const &file_name,
                                     ArchiveFile file)>;
    void visit(std::string const &database, Visit const &visit) const;
    // The globals alone.
    void visit_globals(Visit const &visit) const;

    // The folder that a file of list() is in; no value when it is gone or a symbolic link by now.
    [[nodiscard]] std::optional<FileDescriptor> open_folder_of(ArchiveFile const &file) const;

    // Which archive is meant: `latest`, a stamp or a time (parse_time), or a path. `latest` and
    // times see complete backups only, and warn of a newer one that is damaged. Throws
    // Error{not_found} that names the nearest ones, Error{usage} when a stamp fits several
    // databases, Error{failed} when a newer one cannot be read: it may be what is meant.
    [[nodiscard]] std::string resolve(std::string const &wanted, std::string const &database,
                                      Time now) const;
    // The newest complete backup not later than `time`.
    [[nodiscard]] std::string newest_not_after(Time time, std::string const &database) const;

    // Removes temporary files of dead runs in the folder of `database`, or in the repository's own
    // when it is empty; returns their names. The caller holds the folder's run lock, so only a file
    // that its writer has locked can be alive: one that an operator named inside the repository.
    std::vector<std::string> sweep(std::string const &database) const;

private:
    std::string folder_;
};

// The repository folder when none was named: /var/backups/pgkeep for root, else
// ~/.local/state/pgkeep.
[[nodiscard]] std::string default_repository();

} // namespace pgkeep
