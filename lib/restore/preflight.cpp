#include "restore/preflight.hpp"

#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/snapshot.hpp"
#include "restore/kept.hpp"
#include "restore/staging.hpp"

#include <sys/statvfs.h>

namespace pgkeep {
namespace {

constexpr std::size_t kLongestName = 63; // NAMEDATALEN - 1

// Free bytes on the disk of the server's data folder; none when the server is, or may be, on
// another machine, or does not tell.
std::optional<std::uint64_t> free_bytes(Connection &connection) {
    std::string const host = connection.effective_settings().get("host");
    if (!host.empty() && !host.starts_with('/')) {
        return std::nullopt;
    }
    Result const folder = connection.query("SELECT setting FROM pg_catalog.pg_settings WHERE name "
                                           "OPERATOR(pg_catalog.=) 'data_directory'");
    struct statvfs disk {};
    if (folder.rows() != 1 || ::statvfs(folder.str(0, 0).c_str(), &disk) != 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

} // namespace

void require_usable_name(std::string const &target) {
    if (target.empty()) {
        throw Error{ErrorKind::usage, "no name for the restored database was given",
                    "Name it with -d or --into."};
    }
    if (target.size() > kLongestName) {
        throw Error{ErrorKind::usage,
                    "the database name \"" + printable(target) + "\" has " +
                        std::to_string(target.size()) + " bytes, more than 63",
                    "Choose a shorter name with --into."};
    }
}

void refuse_standby(Connection &connection) {
    if (is_in_recovery(connection)) {
        throw Error{ErrorKind::failed,
                    "the server " + connection.effective_settings().describe() +
                        " is a standby: nothing can be restored into it",
                    "Connect to the primary server; what is restored there reaches the standby by "
                    "replication."};
    }
}

void add_target_obstacles(std::optional<Target> const &target, RestoreOptions const &options,
                          Obstacles &obstacles) {
    std::string const name = "database \"" + printable(options.target) + "\"";
    if (target && options.existing == ExistingDatabase::refuse) {
        obstacles.add(ErrorKind::exists, name + " exists",
                      "Choose another name with --into, or name it with -d to replace it.");
    }
    if (!target && options.existing == ExistingDatabase::in_place) {
        obstacles.add(ErrorKind::not_found, name + " does not exist",
                      "--in-place fills an existing database; without it, it is created.");
    } else if (!target && !options.part.schema) {
        obstacles.add(ErrorKind::not_found, name + " does not exist",
                      "--data-only loads rows into tables that exist already.");
    }
}

void add_cluster_obstacles(std::optional<Target> const &target, Manifest const &manifest,
                           RestoreOptions const &options, Obstacles &obstacles) {
    std::string const &archived = manifest.origin.system_identifier;
    bool const other = target && !archived.empty() && !target->system_identifier.empty() &&
                       archived != target->system_identifier;
    if (!other) {
        return;
    }
    std::string const text = "the archive comes from another cluster (system identifier " +
                             printable(archived) + ") than \"" + printable(options.target) +
                             "\" (" + target->system_identifier + ")";
    if (options.chosen_by_time) {
        obstacles.add(ErrorKind::failed, text,
                      "If that is meant, name the file with --backup-file; pgkeep-restore --list "
                      "shows which there are.");
    } else {
        obstacles.warnings.push_back(text);
    }
}

void add_creating_obstacles(Connection &connection, DatabaseProperties const &properties,
                            Obstacles &obstacles) {
    if (!may_create_databases(connection)) {
        std::string const role = current_role(connection);
        obstacles.add(ErrorKind::privilege,
                      "role \"" + printable(role) + "\" may not create databases",
                      "Let a superuser run: ALTER ROLE " + printable(quote_identifier(role)) +
                          " CREATEDB; or, to fill an existing database, use --in-place.");
    }
    if (!properties.encoding.empty()) {
        obstacles.add_all(ErrorKind::not_found, missing_locale(connection, properties));
    }
    if (!properties.tablespace.empty()) {
        obstacles.add_all(ErrorKind::not_found,
                          missing_tablespaces(connection, {properties.tablespace}));
    }
}

void add_room_obstacles(Connection &connection, std::uint64_t text_size, Obstacles &obstacles) {
    auto const free = free_bytes(connection);
    if (!free) {
        return;
    }
    // Rows take about as much room as their text; long values may be compressed to less than half
    // of it, indexes come on top.
    if (*free < text_size / 2) {
        obstacles.add(ErrorKind::no_space,
                      "the server's disk has " + format_size(*free) +
                          " free, and the archive holds " + format_size(text_size) + " of text",
                      "Make room on the disk of the server's data folder.");
    } else if (*free < text_size + text_size / 2) {
        obstacles.warnings.push_back("the server's disk has only " + format_size(*free) +
                                     " free; the archive holds " + format_size(text_size) +
                                     " of text, and its indexes come on top");
    }
}

void warn_of_left_overs(Connection &connection, std::string const &target, Obstacles &obstacles) {
    auto const drop = [](std::string const &name) {
        return "DROP DATABASE " + printable(quote_identifier(name)) + ";";
    };
    for (auto const &name : list_left_over(connection, kStagingNameRegex, kStagingMark)) {
        obstacles.warnings.push_back("database \"" + printable(name) +
                                     "\" looks like what a restore that was killed left; if it "
                                     "is, remove it with: " +
                                     drop(name));
    }
    for (auto const &kept : list_kept(connection, target)) {
        if (!kept.on_purpose) {
            obstacles.warnings.push_back("database \"" + printable(kept.name) +
                                         "\" is what an earlier restore replaced (\"" +
                                         printable(kept.target) +
                                         "\"), and could not be dropped: put it back with --undo, "
                                         "or remove it with: " +
                                         drop(kept.name));
        }
    }
}

} // namespace pgkeep
