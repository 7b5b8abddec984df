// What is said of a database that the repository has no archives of: mostly its name was mistyped,
// and sometimes it is the wrong repository.
//
// Thread-safety: as Repository.

#pragma once

#include "base/error.hpp"
#include "repository/repository.hpp"

#include <string>

namespace pgkeep {

// Error{not_found} that there are no archives of `database`, or none at all when that is empty. Its
// hint names the database that was probably meant.
[[nodiscard]] Error no_archives(Repository const &repository, std::string const &database);

// Throws that unless the repository has archives of `database`.
void require_archives_of(Repository const &repository, std::string const &database);

// The same where `database` may be empty, and for a repository that still waits for its first
// backup, of whatever database: both are right.
void refuse_unknown_database(Repository const &repository, std::string const &database);

} // namespace pgkeep
