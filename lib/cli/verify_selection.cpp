#include "cli/verify_selection.hpp"

#include "base/error.hpp"
#include "cli/backup_request.hpp"
#include "cli/restore_request.hpp"
#include "model/sql_text.hpp"
#include "repository/repository.hpp"

#include <map>

namespace pgkeep {

namespace {

std::vector<std::string> resolve_arguments(Options const &options, Repository const &repository,
                                           Time now) {
    if (options.has("latest")) {
        throw Error{ErrorKind::usage, "--latest and an ARCHIVE exclude each other"};
    }
    std::vector<std::string> paths;
    for (std::string const &argument : options.arguments()) {
        paths.push_back(repository.resolve(argument, source_database(options), now));
    }
    return paths;
}

std::vector<std::string> all_of(std::vector<ArchiveFile> const &files) {
    std::vector<std::string> paths;
    for (ArchiveFile const &file : files) {
        paths.push_back(file.path);
    }
    return paths;
}

// `files` are oldest first, so the last one of a database stays.
std::vector<std::string> newest_of(std::vector<ArchiveFile> const &files) {
    std::map<std::string, std::string> newest;
    for (ArchiveFile const &file : files) {
        if (file.name.kind == ArchiveKind::backup) {
            newest[file.name.database] = file.path;
        }
    }
    std::vector<std::string> paths;
    for (auto &[database, path] : newest) {
        paths.push_back(std::move(path));
    }
    return paths;
}

} // namespace

std::vector<std::string> select_for_verification(Options const &options, Time now) {
    Repository const repository{repository_folder(options)};
    if (!options.arguments().empty()) {
        return resolve_arguments(options, repository, now);
    }
    auto const files = repository.list(source_database(options));
    auto paths = options.has("latest") ? newest_of(files) : all_of(files);
    if (paths.empty()) {
        throw Error{ErrorKind::not_found,
                    "there are no archives in " + printable(repository.folder()),
                    "Name the repository with --repository or PGKEEP_REPOSITORY, or name a file."};
    }
    return paths;
}

} // namespace pgkeep
