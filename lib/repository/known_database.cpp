#include "repository/known_database.hpp"

#include "model/nearest_word.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace pgkeep {

Error no_archives(Repository const &repository, std::string const &database) {
    std::string const of =
        database.empty() ? "" : fmt::format(" of database \"{}\"", printable(database));
    std::string const message =
        fmt::format("there are no archives{} in {}", of, printable(repository.folder()));
    auto const names = repository.databases();
    if (names.empty() || database.empty()) {
        return {ErrorKind::not_found, message,
                "Name the repository with --repository or PGKEEP_REPOSITORY, or name a file."};
    }
    std::vector<std::string_view> const words{names.begin(), names.end()};
    auto const near = nearest_word(database, words);
    return {ErrorKind::not_found, message,
            (near ? fmt::format("Did you mean \"{}\"? ", printable(*near)) : "") +
                "pgkeep-restore --list shows what there is."};
}

void require_archives_of(Repository const &repository, std::string const &database) {
    if (!repository.knows(database)) {
        throw no_archives(repository, database);
    }
}

void refuse_unknown_database(Repository const &repository, std::string const &database) {
    if (!database.empty() && !repository.knows(database) && !repository.databases().empty()) {
        throw no_archives(repository, database);
    }
}

} // namespace pgkeep
