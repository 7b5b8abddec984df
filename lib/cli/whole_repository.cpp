#include "cli/whole_repository.hpp"

#include "base/error.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"

namespace pgkeep {

void require_all_readable(Repository const &repository) {
    auto const folders = repository.unreadable_folders();
    if (folders.empty()) {
        return;
    }
    throw Error{ErrorKind::attention,
                format_count(folders.size(), "folder") + " of " + printable(repository.folder()) +
                    " cannot be read, such as " + printable(folders.front()),
                "Run as the owner, or give the folder and what is in it to this user (chown -R)."};
}

} // namespace pgkeep
